// Histories in one call.

import { EVENT, JOINED, ORDER } from "./shop.mjs";

export function historyTests({ EventError, Program, StateError }, { assert, refused, start }) {
  return {
    "a history is played in one call": async () => {
      const { program } = start();
      const orders = ["m-1", "m-2", "m-1"].map((member, at) => ({ ...ORDER, id: `o-${at}`, member }));
      const lines = orders.map((order) => JSON.stringify(order)).join("\n");
      async function* late() {
        yield* orders;
      }
      const forms = [lines, new TextEncoder().encode(lines), orders, lines.split("\n"), late(), orders.map((order) => new TextEncoder().encode(JSON.stringify(order)))];
      for (const events of forms) {
        const replay = await program.replay(events);
        assert.deepEqual([replay.members().map(({ id }) => id), replay.refused, replay.outcomes], [["m-1", "m-2"], [], []]);
        assert.deepEqual([replay.summary.events, replay.summary.members, replay.summary.conserved], [3, 2, true]);
        assert.equal(replay.summary.wallets.points.issued, "111");
        const member = replay.member("m-1");
        assert.equal(program.view(member).wallets.points.available, "74");
        assert.equal(replay.member("nobody"), undefined);
      }
      const replay = await program.replay(orders, { outcomes: true, until: new Date("2028-01-01T00:00:00Z") });
      assert.deepEqual(replay.outcomes.map(({ decisions }) => decisions[0].kind), ["earned", "earned", "earned", "expired", "expired"]);
      assert.equal(replay.summary.wallets.points.expired, "111");
      // What has been read once is not made anew.
      for (const key of ["summary", "outcomes", "refused"]) assert.equal(replay[key], replay[key]);
      replay.close();
      for (const key of ["summary", "outcomes", "refused"]) refused(() => replay[key], TypeError);
    },

    "a history goes on from the states that its first part has left": async () => {
      const { program } = start();
      const orders = ["m-1", "m-2", "m-1", "m-3"].map((member, at) => ({ ...ORDER, id: `o-${at}`, member }));
      const text = (events) => events.map((order) => JSON.stringify(order)).join("\n");
      const saved = (replay) => replay.members().map((member) => member.save());
      const whole = await program.replay(orders);
      const [first, second] = [orders.slice(0, 2), orders.slice(2)];
      const part = await program.replay(first);
      const forms = [saved(part), part.members().map((member) => member.saveBinary()), new Set(saved(part))];
      for (const states of forms) {
        for (const events of [second, text(second)]) {
          const rest = await program.replay(events, { states });
          assert.deepEqual([rest.summary.events, saved(rest)], [2, saved(whole)]);
        }
      }
      // What was known before is known again.
      assert.equal((await program.replay(first, { states: forms[0] })).summary.replayed, 2);
      for (const states of ["{}", new Uint8Array(2), null, 7, {}, [7], [{}], [null], ["\ud800"]]) {
        await assert.rejects(program.replay([], { states }), TypeError);
      }
      for (const states of [["{}"], ["no state"], [new Uint8Array([9, 9])], [""]]) {
        await assert.rejects(program.replay([], { states }), { name: "StateError" });
      }
    },

    "the bytes of a history are those of the call, whatever becomes of their buffer": async () => {
      const { program } = start();
      const bytes = (member, subtotal) => new TextEncoder().encode(JSON.stringify({ ...ORDER, member, subtotal }));
      const told = (replay) => [replay.members().map(({ id }) => id), replay.summary.wallets.points.issued, replay.summary.refused];
      // One buffer, filled once more while the first history is still on its way.
      const room = new Uint8Array(300);
      const playing = [["anna", 900], ["bert", 700]].map(([member, subtotal]) => {
        const event = bytes(member, subtotal);
        room.fill(0x20);
        room.set(event);
        return program.replay(room.subarray(0, event.length));
      });
      room.fill(0);
      assert.deepEqual((await Promise.all(playing)).map(told), [[["anna"], "900", 0], [["bert"], "700", 0]]);
      // One that goes to another thread.
      const sent = bytes("anna", 5);
      const played = program.replay(sent);
      structuredClone(sent, { transfer: [sent.buffer] });
      assert.equal(sent.length, 0);
      assert.deepEqual(told(await played), [["anna"], "5", 0]);
    },

    "the leaderboards of a summary stand as they do right before `until`": async () => {
      const program = Program.compile(`program "Cafe" { timezone "Europe/Berlin" }
wallet beans {}
measure cups = count(visit) this month
leaderboard month_cups by cups {}`);
      const visits = [["ana", 2], ["ben", 3], ["ana", 9], ["cy", 28]];
      const events = visits.map(([member, day], at) => ({ type: "visit", id: `v-${at}`, member, at: `2026-02-${String(day).padStart(2, "0")}T10:00:00+01:00` }));
      const board = async (until) => {
        const [{ leaderboard, first_day, ends_at, members, rows }] = (await program.replay(events, { until })).summary.leaderboards;
        return [leaderboard, first_day, ends_at, members, rows.map(({ rank, member, score }) => [rank, member, score])];
      };
      const february = ["month_cups", "2026-02-01", "2026-03-01T00:00:00+01:00", 3, [[1, "ana", "2"], [2, "ben", "1"], [2, "cy", "1"]]];
      // The month ends with `until`, in the zone of the program, and is not over right before it.
      assert.deepEqual(await board("2026-03-01T00:00:00+01:00"), february);
      assert.deepEqual(await board(undefined), february);
      assert.deepEqual(await board("2026-03-01T00:00:00.001+01:00"), ["month_cups", "2026-03-01", "2026-04-01T00:00:00+02:00", 0, []]);
    },

    "what is closed while it is in use": async () => {
      const { program, member } = start();
      const history = program.replay([ORDER, { ...ORDER, id: "o-2" }]);
      program.close();
      assert.equal((await history).summary.applied, 2);
      refused(() => program.title, TypeError);
      const closing = (what) => Object.defineProperty({ ...ORDER }, "subtotal", { enumerable: true, get: () => (what.close(), "37.50") });
      for (const call of ["apply", "explain", "quote"]) {
        const other = start();
        assert.equal(refused(() => other.program[call](other.member, closing(other.member)), TypeError).message, "the member is closed");
        assert.equal(refused(() => other.program[call](start().member, closing(other.program)), TypeError).message, "the program is closed");
      }
      member.close();
    },

    "a history refuses what is no text, and reads it as no other": async () => {
      const { program } = start();
      const half = (id) => JSON.stringify({ ...ORDER, id: "?" }).replace("?", id);
      const bytes = (text, last) => Uint8Array.from([...new TextEncoder().encode(text).slice(0, -2), ...last, 0x22, 0x7d]);
      const odd = [half("\ud800"), half("\udc00"), bytes(EVENT, [0xff]), bytes(EVENT, [0xfe])];
      const { refused, summary } = await program.replay([...odd, EVENT]);
      assert.deepEqual([summary.applied, refused.map(({ line, error }) => [line, error.code])], [1, odd.map((_, at) => [at + 1, "invalid_json"])]);
      const lines = await program.replay([half("\ud800"), EVENT, half("\udc00")].join("\n"));
      assert.deepEqual([lines.summary.applied, lines.refused.map(({ line, error }) => [line, error.code])], [1, [[1, "invalid_json"], [3, "invalid_json"]]]);
    },

    "a history goes on from one state of each member": async () => {
      const { program, member } = start();
      const bytes = (text) => new TextEncoder().encode(text);
      const before = member.save();
      program.apply(member, EVENT);
      // In bytes of either form, as `load` takes them.
      for (const form of [member.save(), member.saveBinary(), bytes(member.save())]) {
        assert.equal(program.load(form).revision, 1);
        assert.deepEqual((await program.replay("", { states: [form] })).members().map(({ id, revision }) => [id, revision]), [["m-1", 1]]);
      }
      const other = program.enroll("m-2", JOINED).saveBinary();
      const cases = [
        [[before, other, member.saveBinary()], /^state 3: of member `m-1`, as state 1 is; /],
        [[member.save(), other, before], /^state 3: of member `m-1`, as state 1 is; /],
        [[before, before.slice(0, 50)], /^state 2: not a saved member: /],
        [[before, ""], /^state 2: not a saved member: there is nothing in it/],
      ];
      for (const [states, said] of cases) {
        let error;
        await program.replay("", { states }).catch((thrown) => (error = thrown));
        assert.ok(error instanceof StateError);
        assert.match(error.message, said);
      }
    },

    "a long history gives others a turn": async () => {
      const { program } = start();
      let turns = 0;
      const events = Array.from({ length: 3000 }, (_, at) => ({ ...ORDER, id: `o-${at}` }));
      const waiting = setInterval(() => (turns += 1));
      const packed = [];
      const { summary } = await program.replay(events.map((event, at) => Object.defineProperty(event, "at", { get: () => (packed.push([at, turns]), ORDER.at) })));
      clearInterval(waiting);
      assert.equal(summary.applied, 3000);
      assert.ok(packed.at(-1)[1] > packed[0][1], `${turns} turns`);
    },

    "a history tells what it refused": async () => {
      const { program } = start();
      const events = [ORDER, { ...ORDER, id: "o-2", subtotal: -1 }, "{", 5, null, { ...ORDER, id: "o-3", member: undefined }, new Uint8Array([255])];
      const { refused, summary } = await program.replay(events);
      const told = refused.map(({ line, event, error }) => [line, event, error.code, error instanceof EventError]);
      assert.deepEqual(told, [
        [2, "o-2", "negative_amount", true],
        [3, null, "invalid_json", true],
        [4, null, "invalid_json", true],
        [5, null, "invalid_json", true],
        [6, "o-3", "missing_field", true],
        [7, null, "invalid_json", true],
      ]);
      assert.deepEqual([summary.events, summary.applied, summary.refused], [7, 1, 6]);
      for (const wrong of [7, null, undefined, {}]) {
        let error;
        await program.replay(wrong).catch((thrown) => (error = thrown));
        assert.ok(error instanceof TypeError);
      }
      let error;
      await program.replay([], { until: "tomorrow" }).catch((thrown) => (error = thrown));
      assert.deepEqual([error instanceof EventError, error.code, error.field], [true, "bad_instant", "until"]);
      await program.replay([], { outcome: true }).catch((thrown) => (error = thrown));
      assert.ok(error instanceof TypeError);
      for (const threads of [0, -1, 1.5, NaN, "two", null, 2n]) {
        await program.replay([], { threads }).catch((thrown) => (error = thrown));
        assert.match(error.message, /^`threads`: expected a whole number from 1, found /);
      }
    },

    "a history is stopped by a signal, with its reason": async () => {
      const { program, member } = start();
      const before = member.save();
      const orders = Array.from({ length: 6000 }, (_, at) => ({ ...ORDER, id: `o-${at}`, member: at % 2 === 0 ? "m-1" : `m-${at}` }));
      const lines = orders.map((order) => JSON.stringify(order)).join("\n");
      const reason = new Error("nobody waits for it");
      const thrownBy = (promise) => promise.then(() => assert.ok(false), (thrown) => thrown);
      // What is not wanted from the beginning is not even looked at.
      const untouched = Object.defineProperty([], Symbol.iterator, { get: () => assert.ok(false) });
      assert.equal(await thrownBy(program.replay(untouched, { signal: AbortSignal.abort(reason) })), reason);
      // While events are collected, of a source that goes on and of one that says nothing more.
      const controller = new AbortController();
      let [given, ended] = [0, false];
      async function* endless() {
        try {
          for (; ; given += 1) {
            if (given === 300) controller.abort(reason);
            yield { ...ORDER, id: `o-${given}` };
          }
        } finally {
          ended = true;
        }
      }
      assert.equal(await thrownBy(program.replay(endless(), { signal: controller.signal })), reason);
      assert.deepEqual([given, ended], [300, true]);
      const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
      const quiet = new AbortController();
      setTimeout(() => quiet.abort(), 10);
      assert.equal((await thrownBy(program.replay(silent, { signal: quiet.signal }))).name, "AbortError");
      // While it is played: it takes a part of the time.
      for (const [history, threads] of [[lines, 1], [lines, 2], [orders, 1]]) {
        const began = performance.now();
        const whole = await program.replay(history, { states: [before], threads, signal: new AbortController().signal });
        const time = performance.now() - began;
        assert.equal(whole.summary.applied, 6000);
        if (threads > 1) continue;
        const later = new AbortController();
        setTimeout(() => later.abort(reason), time / 20);
        const again = performance.now();
        assert.equal(await thrownBy(program.replay(history, { states: [before], threads, outcomes: true, until: "2030-01-01T00:00:00Z", signal: later.signal })), reason);
        assert.ok(performance.now() - again < time * 0.8, `${performance.now() - again} of ${time} ms`);
      }
      // Nothing has become of the member, and the program goes on.
      assert.equal(member.save(), before);
      assert.equal((await program.replay([ORDER], { states: [before] })).summary.applied, 1);
      // One that is closed meanwhile is given back by the last history, stopped or not.
      const other = new AbortController();
      const stopped = program.replay(lines, { signal: other.signal });
      program.close();
      other.abort();
      assert.equal((await thrownBy(stopped)).name, "AbortError");
    },

    "a signal is listened to for as long as it is of use": async () => {
      const { program } = start();
      const { signal } = new AbortController();
      let listeners = 0;
      const counted = {
        get aborted() {
          return signal.aborted;
        },
        addEventListener: (name, act) => ((listeners += 1), signal.addEventListener(name, act)),
        removeEventListener: (name, act) => ((listeners -= 1), signal.removeEventListener(name, act)),
      };
      for (const events of [[ORDER], EVENT]) assert.equal((await program.replay(events, { signal: counted })).summary.applied, 1);
      await assert.rejects(program.replay([], { states: ["{}"], signal: counted }), StateError);
      assert.equal(listeners, 0);
      for (const wrong of [null, true, "stop", 7, {}, new AbortController(), () => true]) {
        await assert.rejects(program.replay([], { signal: wrong }), TypeError);
      }
      let error;
      await program.replay([], { signal: {} }).catch((thrown) => (error = thrown));
      assert.equal(error.message, "`signal`: expected an AbortSignal, found an object");
      await program.replay([], { abort: signal }).catch((thrown) => (error = thrown));
      assert.match(error.message, /^unknown option `abort`; the options are .*`signal`$/);
    },

    "a history that is played in parts comes to the same": async () => {
      const { program } = start();
      // Empty lines, lines that are refused, and ends of parts in between.
      const order = (at) => JSON.stringify({ ...ORDER, id: `o-${at}`, member: `m-${at % 300}` });
      const numbers = Array.from({ length: 1200 }, (_, at) => at);
      const texts = numbers.map((at) => (at % 100 === 7 ? "" : at % 100 === 9 ? "{" : order(at)));
      const options = { outcomes: true, until: "2030-01-01T00:00:00Z" };
      for (const ending of ["", "\n", "\n\n"]) {
        const { summary, refused, outcomes } = await program.replay(texts.join("\n") + ending, options);
        assert.deepEqual([summary.events, summary.applied, summary.members], [1188, 1176, 294]);
        assert.deepEqual(refused.map(({ line }) => line), numbers.filter((at) => at % 100 === 9).map((at) => at + 1));
        // Each order, and each member's points when they run out.
        assert.deepEqual([outcomes.length, outcomes.at(-1).member, outcomes.at(-1).decisions[0].kind], [1470, "m-99", "expired"]);
        assert.deepEqual([summary.wallets.points.available, summary.conserved], ["0", true]);
      }
      const packed = await program.replay(texts.filter((text) => text !== ""), options);
      assert.deepEqual(packed.refused.map(({ line }) => line), [...numbers.keys()].filter((at) => at % 99 === 8).slice(0, 12).map((at) => at + 1));
    },

    "a history comes to the same on any number of threads": async () => {
      const { program } = start();
      const events = Array.from({ length: 3000 }, (_, n) => ({ ...ORDER, id: `o-${n % 2900}`, member: `m-${n % 70}` }));
      events.push({ ...ORDER, id: undefined }, { ...ORDER, member: 7.5 });
      const came = async (history, threads) => {
        const { summary, outcomes, refused } = await program.replay(history, { outcomes: true, until: "2028-01-01T00:00:00Z", threads });
        return [summary, outcomes, refused];
      };
      const alone = await came(events, 1);
      assert.equal(alone[0].events, 3002);
      const texts = events.map((event) => JSON.stringify(event)).join("\n");
      for (const threads of [undefined, 2, 3, 1e9]) {
        assert.deepEqual(await came(events, threads), alone);
        assert.deepEqual((await came(texts, threads)).slice(0, 2), alone.slice(0, 2));
      }
    },

    "limits in total are kept over all members, in parts as at once": async () => {
      const program = Program.compile(`program "Shop" { currency EUR }
        wallet points {}
        rule early on order limit 3 in total { earn 100 points }`);
      const orders = Array.from({ length: 6 }, (_, n) => ({ ...ORDER, id: `o-${n}`, member: `m-${n % 4}` }));
      for (const form of [orders, orders.map((order) => JSON.stringify(order)).join("\n")]) {
        const { summary, counters } = await program.replay(form);
        assert.deepEqual([summary.wallets.points.issued, counters], ["300", { "rule early": "3" }]);
      }
      const first = await program.replay(orders.slice(0, 2));
      const states = first.members().map((member) => member.save());
      const rest = await program.replay(orders.slice(2), { states, counters: first.counters });
      assert.deepEqual([rest.summary.wallets.points.issued, rest.counters], ["300", { "rule early": "3" }]);
      const given = await program.replay(orders, { counters: { "rule early": 2, other: "7.5" } });
      assert.deepEqual([given.summary.wallets.points.issued, given.counters], ["100", { other: "7.5", "rule early": "3" }]);
      for (const counters of [7, "rule early", { "rule early": true }, null]) {
        let error;
        await program.replay([], { counters }).catch((thrown) => (error = thrown));
        assert.ok(error instanceof TypeError);
      }
      let error;
      await program.replay([], { counters: { "rule early": "many" } }).catch((thrown) => (error = thrown));
      assert.deepEqual([error instanceof EventError, error.field], [true, "counters.rule early"]);
    },

    "what a member sends arrives": async () => {
      const program = Program.compile(`program "Shop" { currency EUR }
        event gift { to text  points number }
        wallet points {}
        rule send on gift { transfer gift.points from points to gift.to }
        rule receive on received { accept points }`);
      const events = [
        { type: "adjust", id: "a-1", member: "ana", at: JOINED, points: 900 },
        { type: "gift", id: "g-1", member: "ana", at: JOINED, to: "ben", points: 600 },
      ];
      const replay = await program.replay(events, { outcomes: true });
      const { available, transferred_in, transferred_out } = replay.summary.wallets.points;
      assert.deepEqual([replay.summary.events, replay.summary.members, available, transferred_in, transferred_out], [2, 2, "900", "600", "600"]);
      assert.deepEqual(replay.outcomes.map(({ member, decisions }) => [member, decisions[0].kind]), [["ana", "earned"], ["ana", "transferred"], ["ben", "received"]]);
    },

    "a byte order mark is passed over, and what else is invisible has its name": async () => {
      const { program, member } = start();
      for (const form of [`\ufeff${EVENT}\n`, new TextEncoder().encode(`\ufeff${EVENT}`), [`\ufeff${EVENT}`]]) {
        assert.deepEqual((await program.replay(form)).summary.applied, 1);
      }
      assert.equal(program.apply(member, `\ufeff${EVENT}`).event, "o-1");
      const { refused } = await program.replay([`\u200b${EVENT}`]);
      assert.equal(refused[0].error.found, "an invisible character (U+200B)");
    },

    "a stream of bytes is lines, wherever it is cut": async () => {
      const { program } = start();
      const text = Array.from({ length: 9 }, (_, n) => JSON.stringify({ ...ORDER, id: `o-${n}`, note: "نقاط" })).join("\n");
      const bytes = new TextEncoder().encode(text);
      for (const size of [1, 7, 200, 1e6]) {
        const stream = new ReadableStream({
          start(controller) {
            for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
            controller.close();
          },
        });
        const { applied, refused } = (await program.replay(stream)).summary;
        assert.deepEqual([applied, refused], [9, 0]);
      }
      // One of texts may have an event in each, as a transform makes them of lines.
      const events = (chunks) => new ReadableStream({ start: (controller) => (chunks.forEach((chunk) => controller.enqueue(chunk)), controller.close()) });
      assert.equal((await program.replay(events(text.split("\n")))).summary.applied, 9);
      for (const chunks of [[text], [text.slice(0, 300), text.slice(300)]]) {
        let error;
        await program.replay(events(chunks)).catch((thrown) => (error = thrown));
        assert.ok(error instanceof TypeError && error.message.includes("`readline.createInterface({ input })`"), error?.message);
      }
      // An event may be written over several lines.
      assert.equal((await program.replay([JSON.stringify({ ...ORDER, lines: [{ amount: 5 }, { amount: 6 }] }, null, 2)])).summary.applied, 1);
    },
  };
}
