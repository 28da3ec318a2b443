// How the page speaks: its texts by their names, what the engine's own words are called, and how amounts and instants are written.

const TEXTS = {
  en: {
    name: "English",
    dir: "ltr",
    title: "Loyalty rules playground",
    tagline: "Write a program, send it events, see why each point came.",
    sample: "Program",
    own: "Your own",
    rules: "Rules",
    result: "What happens",
    format: "Format",
    share: "Copy link",
    copied: "Link copied",
    tooLong: "Too much for a link: it would be cut on its way. Keep the files instead.",
    theme: "Colours",
    light: "light",
    dark: "dark",
    auto: "as the system",
    fine: "The program is right",
    problems: (errors, warnings) =>
      [count(errors, "error", "errors"), count(warnings, "warning", "warnings")].filter(Boolean).join(", "),
    testsHold: (tests) => (tests === 1 ? "its one test holds" : `all ${tests} tests hold`),
    testsFail: (failed, tests) => `${failed} of ${tests} tests fail`,
    noTests: "it has no tests",
    stale: "The result is that of the last program that was right.",
    member: "Member",
    joined: "joined",
    until: "Time passes until",
    month: "+ month",
    year: "+ year",
    reset: "only the events",
    history: "History",
    historyFrom: "Play a test…",
    add: "Add event…",
    load: "Load…",
    save: "Save",
    asText: "As lines",
    asList: "As steps",
    linesHelp: "One event a line, as JSON.",
    noEvents: "Nothing has happened yet. Add an event, load a file with one event a line, or play a test of the program.",
    timePasses: "time passes",
    refused: "refused",
    nothing: "nothing earned",
    comma: ", ",
    replayed: "known already, nothing changes",
    edit: "The event",
    apply: "Apply",
    remove: "Remove",
    earlier: "Earlier",
    later: "Later",
    why: "Why",
    decisions: "Decisions",
    silent: "Did not fire",
    line: (line) => `line ${line}`,
    is: "is",
    missing: "is missing",
    short: (amount) => `${amount} short`,
    usedUp: (used, of) => `${used} of ${of} used`,
    expected: "expected",
    found: "found",
    total: "together",
    at: (when) => `On ${when}`,
    lots: "Lots",
    expires: "expires",
    vests: "vests",
    never: "never",
    balanceOver: (wallet, from, to) => `${wallet} over time: from ${from} to ${to}`,
    points: "Use the left and right arrow keys to go from event to event.",
    moreLeft: (left) => `${left} further events of this member are not played.`,
    offline: "Nothing leaves this page: rules and events stay in your browser.",
    help: "In the editor: Ctrl+Space completes, Ctrl+I explains the word at the cursor, F12 goes to its declaration, F8 to the next problem, Shift+Alt+F formats. Tab leaves the editor.",
    failed: "The engine did not load:",
    badFile: "This file holds no lines of events.",
    step: {
      rounding: "rounding",
      cap: "the wallet's cap",
      hold_at_most: "the greatest balance",
      adjustment: "adjustment",
    },
    kind: {
      earned: "earned",
      vested: "vested",
      spent: "spent",
      expired: "expired",
      clawed_back: "clawed back",
      restored: "given back",
      debt_settled: "debt settled",
      write_off_settled: "write-off made up for",
      tagged: "tagged",
      untagged: "no longer tagged",
      attribute_set: "set",
      signal: "signal",
      claim: "claim",
      not_earned: "not earned",
      forfeited: "forfeited",
      tier_changed: "level",
      tier_kept: "level kept",
      segment_entered: "now in",
      segment_left: "no longer in",
    },
    key: {
      available: "available",
      pending: "pending",
      held: "held",
      debt: "debt",
      issued: "issued",
      spent: "spent",
      expired: "expired",
      clawed_back: "clawed back",
      written_off: "written off",
      measures: "measures",
      segments: "segments",
      attributes: "attributes",
      tags: "tags",
      next_due: "next due",
      enrolled_at: "joined",
      earned_at: "earned",
      vests_at: "vests",
      expires_at: "expires",
      expiring: "expiring",
      stay: "to stay",
      of: "of",
    },
  },
  ar: {
    name: "العربية",
    dir: "rtl",
    title: "مختبر قواعد الولاء",
    tagline: "اكتب برنامجًا، وأرسل إليه أحداثًا، واعرف سبب كل نقطة.",
    sample: "البرنامج",
    own: "برنامجك",
    rules: "القواعد",
    result: "ما يحدث",
    format: "تنسيق",
    share: "نسخ الرابط",
    copied: "نُسخ الرابط",
    tooLong: "المحتوى أطول من أن يحمله رابط. احتفظ بالملفات بدلًا منه.",
    theme: "الألوان",
    light: "فاتحة",
    dark: "داكنة",
    auto: "حسب النظام",
    fine: "البرنامج صحيح",
    problems: (errors, warnings) =>
      [counted(errors, "خطأ", "خطآن", "أخطاء"), counted(warnings, "تنبيه", "تنبيهان", "تنبيهات")].filter(Boolean).join("، "),
    testsHold: (tests) => (tests === 1 ? "واختباره ناجح" : tests === 2 ? "واختباراه ناجحان" : `واختباراته كلها (${tests}) ناجحة`),
    testsFail: (failed, tests) => `يفشل ${failed} من ${tests} من الاختبارات`,
    noTests: "وليست له اختبارات",
    stale: "النتيجة هي نتيجة آخر برنامج صحيح.",
    member: "العضو",
    joined: "انضم في",
    until: "يمر الوقت حتى",
    month: "+ شهر",
    year: "+ سنة",
    reset: "الأحداث فقط",
    history: "السجل",
    historyFrom: "شغّل اختبارًا…",
    add: "أضف حدثًا…",
    load: "افتح…",
    save: "احفظ",
    asText: "كأسطر",
    asList: "كخطوات",
    linesHelp: "حدث في كل سطر، بصيغة JSON.",
    noEvents: "لم يحدث شيء بعد. أضف حدثًا، أو افتح ملفًا فيه حدث في كل سطر، أو شغّل اختبارًا من البرنامج.",
    timePasses: "يمر الوقت",
    refused: "رُفض",
    nothing: "لم يُكتسب شيء",
    comma: " ",
    replayed: "معروف من قبل، لا يتغير شيء",
    edit: "الحدث",
    apply: "طبّق",
    remove: "احذف",
    earlier: "قدّم",
    later: "أخّر",
    why: "السبب",
    decisions: "القرارات",
    silent: "قواعد لم تُطبَّق",
    line: (line) => `السطر ${line}`,
    is: "القيمة",
    missing: "القيمة مفقودة",
    short: (amount) => `ينقص ${amount}`,
    usedUp: (used, of) => `استُخدم ${used} من ${of}`,
    expected: "المتوقع",
    found: "الموجود",
    total: "المجموع",
    at: (when) => `في ${when}`,
    lots: "الدفعات",
    expires: "تنتهي",
    vests: "تُستحق",
    never: "أبدًا",
    balanceOver: (wallet, from, to) => `${wallet} عبر الزمن: من ${from} إلى ${to}`,
    points: "انتقل من حدث إلى حدث بسهمي اليمين واليسار.",
    moreLeft: (left) => `لم يُشغَّل ${left} من أحداث هذا العضو.`,
    offline: "لا شيء يغادر هذه الصفحة: تبقى القواعد والأحداث في متصفحك.",
    help: "في المحرر: ‎Ctrl+Space‎ للإكمال، ‎Ctrl+I‎ لشرح الكلمة، ‎F12‎ للذهاب إلى تعريفها، ‎F8‎ إلى المشكلة التالية، ‎Shift+Alt+F‎ للتنسيق. مفتاح Tab يغادر المحرر.",
    failed: "لم يُحمَّل المحرك:",
    badFile: "ليس في هذا الملف أسطر أحداث.",
    step: {
      rounding: "التقريب",
      cap: "سقف المحفظة",
      hold_at_most: "أعلى رصيد",
      adjustment: "تسوية",
    },
    kind: {
      earned: "اكتسب",
      vested: "استُحق",
      spent: "أُنفق",
      expired: "انتهى",
      clawed_back: "استُرد",
      restored: "أُعيد",
      debt_settled: "سُدّد دين",
      write_off_settled: "عُوّض مشطوب",
      tagged: "وُسم",
      untagged: "أُزيل الوسم",
      attribute_set: "ضُبط",
      signal: "إشارة",
      claim: "مطالبة",
      not_earned: "لم يُكتسب",
      forfeited: "سقط",
      tier_changed: "المستوى",
      tier_kept: "بقي المستوى",
      segment_entered: "دخل شريحة",
      segment_left: "غادر شريحة",
    },
    key: {
      because: "السبب",
      blocks: "الكتل",
      factor_before: "المعامل قبل",
      factor_after: "المعامل بعد",
      multipliers: "المضاعفات",
      field: "الحقل",
      from: "من",
      from_lots: "من الدفعات",
      from_pending: "من المعلّق",
      to: "إلى",
      until: "حتى",
      since: "منذ",
      level: "المستوى",
      ladder: "السلّم",
      tiers: "المستويات",
      benefits: "المزايا",
      next: "التالي",
      stay: "للبقاء",
      projected: "المتوقع",
      grace: "مهلة",
      meter: "المقياس",
      missing: "ما ينقص",
      required: "المطلوب",
      threshold: "الحد",
      shortfall: "النقص",
      actual: "القيمة",
      rule: "القاعدة",
      rounding: "التقريب",
      mode: "الطريقة",
      scope: "النطاق",
      tag: "الوسم",
      value: "القيمة",
      lot: "الدفعة",
      amount: "المقدار",
      reason: "السبب",
      effect: "الأثر",
      vest: "الاستحقاق",
      expire: "الانتهاء",
      return: "الإرجاع",
      order: "الطلب",
      ordered_at: "تاريخ الطلب",
      whole: "كامل",
      taken: "المأخوذ",
      granted: "الممنوح",
      kept: "المتبقي",
      taken_before: "أُخذ سابقًا",
      due: "المستحق",
      own_lots: "دفعاته",
      parts: "الأجزاء",
      clawback: "الاسترداد",
      then: "حينها",
      of: "من",
      expiring: "قرب الانتهاء",
      segment: "الشريحة",
      name: "الاسم",
      available: "المتاح",
      pending: "المعلّق",
      held: "المحجوز",
      debt: "الدين",
      issued: "الممنوح",
      spent: "المنفق",
      expired: "المنتهي",
      clawed_back: "المسترد",
      written_off: "المشطوب",
      measures: "المقاييس",
      segments: "الشرائح",
      attributes: "الصفات",
      tags: "الوسوم",
      next_due: "الموعد التالي",
      enrolled_at: "انضم في",
      earned_at: "اكتُسبت في",
      vests_at: "تُستحق في",
      expires_at: "تنتهي في",
    },
  },
};

const TEXTS = { en, ar };

let language = "en";

export const languages = Object.keys(TEXTS);

export function speak(chosen) {
  language = chosen in TEXTS ? chosen : "en";
  const root = globalThis.document?.documentElement;
  if (root) Object.assign(root, { lang: language, dir: TEXTS[language].dir });
}

export const spoken = () => language;
export const isRtl = () => TEXTS[language].dir === "rtl";
export const nameOf = (code) => TEXTS[code].name;

/** A text of the page; with arguments, one that depends on them. */
export function say(key, ...values) {
  const text = TEXTS[language][key];
  return typeof text === "function" ? text(...values) : text;
}

/** Keys of which the values are objects by names that the program chose. */
const BY_NAME = ["arms", "attributes", "badges", "benefits", "challenges", "consents", "cost", "experiments", "measures", "quizzes", "referrals", "rewards", "surveys", "wallets"];

/** Whether the keys of a value are names of the program's, and not words of the engine's: those are nobody's to translate. */
export const areNames = (key) => BY_NAME.includes(key);

/** What a value is called that the engine takes from a closed list, as the `reason` of a refusal; null for any other. */
export function word(key, value) {
  const own = (texts) => (Object.hasOwn(texts.value, key) && Object.hasOwn(texts.value[key], value) ? texts.value[key][value] : null);
  return own(TEXTS[language]) ?? (own(ar) === null ? null : value.replaceAll("_", " "));
}

/** What a kind of decision, a key of a view or a step is called; unknown ones by their own name. */
export function call(list, key) {
  return (Object.hasOwn(TEXTS[language][list], key) ? TEXTS[language][list][key] : null) ?? String(key).replaceAll("_", " ");
}

// Latin digits in both languages: the same ones stand in the rules and in the events beside.
const locale = () => (language === "ar" ? "ar-u-nu-latn-ca-gregory" : "en-GB");

/** A decimal string with its digits in groups; the digits themselves stay what they are. */
export function amount(text, { signed = false } = {}) {
  const options = { maximumFractionDigits: 20, signDisplay: signed ? "exceptZero" : "auto" };
  if (!/^-?\d+(\.\d+)?$/.test(text)) return String(text);
  // The sign stands before the digits in both languages; marks of direction would turn it round.
  return new Intl.NumberFormat(locale(), options).format(text).replace(/[\u061c\u200e\u200f]/g, "").replace("-", "−");
}

/** Whether a value of a document is an instant. */
export const isInstant = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value);

/** The day, and if asked the time of day, that an instant names in its own offset: the program's local time. */
export function when(text, { time = true } = {}) {
  const local = new Date(`${String(text).slice(0, 19)}Z`);
  if (Number.isNaN(local.getTime())) return String(text);
  const date = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
  const clock = time && !/T00:00:00/.test(text) ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } : {};
  return new Intl.DateTimeFormat(locale(), { ...date, ...clock }).format(local);
}

/** A mark on an axis of time. */
export function tick(at, long) {
  const options = long ? { year: "numeric", month: "short" } : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(locale(), { ...options, timeZone: "UTC" }).format(new Date(at));
}
