// Plays the corpus in a host of JavaScript, in Node as in a browser: every word that the library says is the one that Rust
// says, to the byte. What a case file says is read here as `loyalty-core/tests/corpus` reads it.

/**
 * Plays all cases and gives what failed, one text each.
 * @param {object} corpus what `files.mjs` reads: `good`, `members`, `leaderboards` and `quotes` with their cases, `bad` with its programs, and `words` with what Rust says
 */
export function playCorpus(loyalty, { good, members, leaderboards, quotes, bad, words }) {
  const failures = [];
  const attempt = (name, play) => {
    try {
      play();
    } catch (error) {
      failures.push(`${name}: ${error.message ?? error}`);
    }
  };
  for (const { name, text } of good) {
    attempt(name, () => {
      const found = read(text);
      const wanted = words[name];
      if (wanted === undefined) throw new Error("Rust says nothing of it: run its corpus first");
      play(loyalty, found, wanted);
    });
  }
  const several = [["members", members], ["leaderboards", leaderboards]];
  for (const [folder, { name, text }] of several.flatMap(([folder, cases]) => cases.map((found) => [folder, found]))) {
    attempt(name, () => {
      const wanted = words[`${folder}/${name}`];
      if (wanted === undefined) throw new Error("Rust says nothing of it: run its corpus first");
      for (const given of Object.values(FORMS)) {
        const found = playMembers(loyalty, read(text), given);
        sameList(found.outcomes, wanted.outcomes, "outcomes");
        same(found.states, wanted.states, "the states");
      }
    });
  }
  for (const { name, text } of quotes) {
    attempt(name, () => {
      const wanted = words[`quotes/${name}`];
      if (wanted === undefined) throw new Error("Rust says nothing of it: run its corpus first");
      for (const given of Object.values(FORMS)) {
        const found = read(text);
        const options = found.secret ? { secret: found.secret } : {};
        const played = playAs(found.programs.map((program) => loyalty.Program.compile(program, options)), found, given);
        sameList(played.outcomes, wanted.outcomes, "outcomes");
        same(played.states.at(-1), wanted.states, "the state");
      }
    });
  }
  for (const { name, text, drawn } of bad) {
    attempt(name, () => {
      const wanted = words[name];
      if (wanted === undefined) throw new Error("Rust says nothing of it: run its corpus first");
      same(String(loyalty.check(text, { name: name })), drawn, "what is drawn");
      same(JSON.stringify(loyalty.check(text)), wanted.utf16, "the diagnostics");
      const compiled = thrown(() => loyalty.Program.compile(text, { name: name }));
      if (compiled === undefined) return;
      if (!(compiled instanceof loyalty.RulesError)) throw compiled;
      same(compiled.message, drawn, "the error's message");
      same(JSON.stringify(compiled.diagnostics), wanted.utf16, "the error's diagnostics");
    });
  }
  return failures;
}

/** What a case file says. */
function read(text) {
  const [head, outcomes] = text.split("=== outcomes\n");
  const sections = head.split("=== ").map((section) => {
    const end = section.indexOf("\n");
    return { name: section.slice(0, end), body: section.slice(end + 1) };
  });
  const bodies = (name) => sections.filter((section) => section.name === name).map((section) => section.body);
  const lines = bodies("steps").flatMap((body) => body.split("\n").slice(0, -1));
  const enrolment = lines.find((line) => line.startsWith("enroll "));
  const steps = lines.filter((line) => !line.startsWith("enroll "));
  const first = JSON.parse(steps.find((line) => line.startsWith("{")) ?? "{}");
  const quoted = JSON.parse(steps.find((line) => line.startsWith("quote {"))?.slice("quote ".length) ?? "{}");
  return {
    programs: bodies("program"),
    secret: /^secret: (.*)$/m.exec(text.split("=== ", 1)[0])?.[1],
    // An id may be sent as a number.
    member: String(first.member ?? "m-1"),
    enrolledAt: enrolment?.slice("enroll ".length) ?? first.at ?? quoted.at,
    steps,
    outcomes: outcomes.split("\n").slice(0, -1),
  };
}

/** The forms in which an event may come. An object only if it says what its JSON says, which has no digits that it loses. */
const FORMS = {
  text: (json) => json,
  bytes: (json) => new TextEncoder().encode(json),
  object: (json) => {
    try {
      const object = JSON.parse(json);
      return JSON.stringify(object) === json && json.startsWith("{") ? object : json;
    } catch {
      return json;
    }
  },
};

function play(loyalty, found, wanted) {
  const programs = found.programs.map((text) => loyalty.Program.compile(text, found.secret ? { secret: found.secret } : {}));
  for (const [at, program] of programs.entries()) {
    const told = [program.warnings, program.policies(), program.runTests()].map((list) => JSON.stringify(list));
    const about = [program.title, program.version, ...told, loyalty.format(program.text)];
    same(JSON.stringify(about), JSON.stringify(wanted.programs[at]), "what a program says of itself");
  }
  for (const [form, given] of Object.entries(FORMS)) {
    const played = playAs(programs, found, given, form);
    for (const part of ["outcomes", "explanations", "states"]) sameList(played[part], wanted[part], `${part}, from ${form}`);
    sameList(played.outcomes, found.outcomes, `outcomes of the file, from ${form}`);
    same(played.bytes, wanted.bytes, `the state in bytes, from ${form}`);
    same(played.view, wanted.view, `the view, from ${form}`);
    same(played.held, wanted.export, `what is held, from ${form}`);
  }
}

function playAs(programs, { member: id, enrolledAt, steps }, given) {
  let next = 0;
  let program = programs[next++];
  let member = program.enroll(id, enrolledAt);
  let now;
  let counters;
  let quoted;
  const [outcomes, explanations, states] = [[], [], []];
  const said = (happen) => {
    try {
      return happen();
    } catch (error) {
      if (error.name !== "EventError") throw error;
      return error;
    }
  };
  for (const step of steps) {
    const [word] = step.split(" ", 1);
    const rest = step.slice(word.length + 1);
    if (step.startsWith("{") || word === "raw") {
      const event = given(word === "raw" ? rest : step);
      const why = said(() => program.explain(member, event, counters && { counters }));
      explanations.push([JSON.stringify(why), why instanceof Error ? why.message : String(why)]);
      outcomes.push(JSON.stringify(said(() => program.apply(member, event, (now || counters) && { now, counters }))));
    } else if (word === "advance") outcomes.push(JSON.stringify(said(() => program.advance(member, rest, counters && { counters }))));
    else if (word === "now") now = rest;
    else if (word === "counters") counters = JSON.parse(rest);
    else if (word === "quote") {
      quoted = said(() => program.quote(member, given(rest), { counters }));
      outcomes.push(JSON.stringify(quoted));
    }
    else if (step === "next program") {
      const saved = member.save();
      program = programs[next++];
      member = program.load(saved);
      states.push(JSON.stringify(member.migration));
    } else {
      if (word === "expect") {
        const [path] = rest.split(" ", 1);
        const found = path.startsWith("quote.") ? look(quoted, path.slice("quote.".length)) : look(program.view(member), path);
        same(sorted(found), sorted(JSON.parse(rest.slice(path.length + 1))), step);
      } else if (word === "refused") same(JSON.parse(outcomes.at(-1)).error, rest, step);
      else if (word === "replayed") same(JSON.parse(outcomes.at(-1)).replayed, true, step);
      else throw new Error(`no such step: ${step}`);
      continue;
    }
    states.push(member.save());
  }
  const binary = member.saveBinary();
  same(program.load(binary).save(), member.save(), "the state that was saved and loaded");
  const bytes = Array.from(binary, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const [view, held] = [program.view(member), program.export(member)].map((part) => JSON.stringify(part));
  return { outcomes, explanations, states, bytes, view, held };
}

/** A case of several members. */
function playMembers(loyalty, { programs: texts, secret, member: first, enrolledAt, steps }, given) {
  const programs = texts.map((text) => loyalty.Program.compile(text, secret ? { secret } : {}));
  let program = programs.shift();
  const members = new Map();
  const join = (id, at = enrolledAt) => {
    if (!members.has(id)) members.set(id, program.enroll(id, at));
    return members.get(id);
  };
  const merged = new Map();
  const outcomes = [];
  let outgoing = [];
  let atHand = first;
  const note = (act) => {
    try {
      for (const outcome of act()) {
        outcomes.push(JSON.stringify(outcome));
        // A signal's receiver is a text; what holds an event ready holds it as an object.
        outgoing.push(...outcome.decisions.map(({ event }) => event).filter((event) => typeof event === "object" && event !== null));
      }
      return true;
    } catch (error) {
      if (error.name !== "EventError") throw error;
      outcomes.push(JSON.stringify(error));
      return false;
    }
  };
  const happen = (id, event) => note(() => [program.apply(join(id), event)]);
  const pool = (act) => (rest) => {
    const ids = rest.slice(0, rest.indexOf(" {")).split(" ");
    const household = ids.map((id) => join(id));
    note(() => act(household, JSON.parse(rest.slice(rest.indexOf("{")))));
  };
  const words = {
    member: (rest) => {
      const [id, at] = rest.split(" ");
      join(id, at);
      atHand = id;
    },
    next: () => {
      const saved = [...members].map(([id, member]) => [id, member.save()]);
      program = programs.shift();
      saved.forEach(([id, state]) => members.set(id, program.load(state)));
    },
    advance: (to) => note(() => [program.advance(members.get(atHand), to)]),
    deliver: () => {
      const events = outgoing;
      outgoing = [];
      for (const event of events) {
        const { member } = loyalty.eventHead(event);
        happen(merged.get(member) ?? member, event);
      }
    },
    undelivered: () => {
      outgoing = outgoing.map((event) => program.sendBack(event));
    },
    merge: (rest) => {
      const [id, at] = rest.split(" ");
      if (note(() => program.merge(members.get(atHand), members.get(id), at))) merged.set(id, atHand);
    },
    erase: (rest) => {
      const [pseudonym, at] = rest.split(" ");
      const member = members.get(atHand);
      note(() => [program.erase(member, pseudonym, at)]);
      members.delete(atHand);
      atHand = member.id;
      members.set(atHand, member);
    },
    pool_spend: pool((household, payment) => program.poolSpend(household, payment)),
    pool_give_back: pool((household, back) => program.poolGiveBack(household, back)),
    standings: (rest) => {
      const [, name, at, asked] = /^(\S+) (\S+) ?(.*)$/.exec(rest);
      const { around, ...options } = asked === "" ? {} : JSON.parse(asked);
      try {
        // Without a member that there is not, as in Rust.
        const board = program.leaderboard(name, at, { ...options, around: members.get(around) });
        const part = program.leaderboard(name, at, { ...options, around: members.get(around) });
        [...members.values()].forEach((member, number) => (number % 2 === 0 ? board : part).add(member));
        board.merge(part);
        const standings = board.finish();
        outcomes.push(JSON.stringify(standings));
        outgoing.push(...standings.rows.map(({ event }) => event).filter((event) => event !== undefined));
      } catch (error) {
        if (error.name !== "EventError") throw error;
        outcomes.push(JSON.stringify(error));
      }
    },
    // What is expected was compared in Rust, and what is saved is the same to the byte.
    expect: () => {},
    refused: () => {},
    replayed: () => {},
  };
  join(first);
  for (const step of steps) {
    const [word] = step.split(" ", 1);
    if (step.startsWith("{")) happen(atHand, given(step));
    else words[word](step.slice(word.length + 1));
  }
  const inOrder = [...members].sort(([left], [right]) => (left < right ? -1 : 1));
  return { outcomes, states: inOrder.map(([, member]) => member.save()).join("\n") };
}

function thrown(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** What stands at a dotted path; numbers count the items of a list from zero. */
function look(view, path) {
  return path.split(".").reduce((value, part) => value?.[part], view);
}

/** JSON with the keys of objects in one order: what a case expects is a value, not its spelling. */
function sorted(value) {
  const byKey = ([left], [right]) => (left < right ? -1 : 1);
  const order = (_, part) => (part?.constructor === Object ? Object.fromEntries(Object.entries(part).sort(byKey)) : part);
  return JSON.stringify(value, order);
}

function same(found, wanted, what) {
  if (found !== wanted) throw new Error(`${what}\n  wanted ${wanted}\n  found  ${found}`);
}

function sameList(found, wanted, what) {
  same(found.length, wanted.length, `the number of ${what}`);
  found.forEach((one, at) => same(JSON.stringify(one), JSON.stringify(wanted[at]), `${what}, number ${at + 1}`));
}
