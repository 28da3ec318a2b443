// What the engine says in sentences of its own that are always the same, in Arabic. Those that name something of the program stay English.

export const note = {
  "a part of it holds": "يتحقق جزء منه",
  "all of it has to hold": "يجب أن يتحقق كله",
  "all of it holds": "يتحقق كله",
  "an earlier form of the order has done it, and that stays": "نفّذه شكل سابق من الطلب، وهو باقٍ",
  "an earlier rule has its turn": "الدور لقاعدة سابقة",
  "it comes to nothing": "لا ينتج عنه شيء",
  "it holds": "متحقق",
  "it is not in force yet": "لم يسرِ بعد",
  "it never holds": "لا يتحقق أبدًا",
  "its cap or the wallet has no room for what was sent": "لا متسع لما أُرسل في سقفها أو في المحفظة",
  "no case is met": "لا تنطبق أي حالة",
  "nothing of it holds": "لا يتحقق شيء منه",
  "that is over": "انقضى ذلك",
  "the factor changes nothing": "المعامل لا يغيّر شيئًا",
  "the member is on that level or a higher one": "العضو في هذا المستوى أو أعلى منه",
  "the segment is not in force yet": "لم تسرِ الشريحة بعد",
  "there is no full block in it": "ليست فيه كتلة كاملة",
  "what it denies holds": "ما ينفيه متحقق",
};
