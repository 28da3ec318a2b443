// Bytes of odd kinds: of a class of one's own, shared with other threads, no longer there; and what only looks like bytes or a Date.

import { EVENT, JOINED, ORDER, TEXT } from "./shop.mjs";

const encode = (text) => new TextEncoder().encode(text);

export function bytesTests({ EventError, eventHead, Program }, { amounts, assert, refused, start }) {
  const priced = () => {
    const program = Program.compile(`${TEXT}coupon TENTH automatic { give 10% off order }`);
    return { program, member: program.enroll("m-1", JOINED) };
  };
  /** Whatever takes bytes, with what comes of them. */
  const all = async (bytes) => {
    const { program, member } = priced();
    const saved = program.apply(member.copy(), EVENT) && member.save();
    const came = {
      apply: amounts(program.apply(member.copy(), bytes(EVENT))),
      explain: amounts(program.explain(member, bytes(EVENT))),
      quote: program.quote(member, bytes(`{"at":"${ORDER.at}","lines":[{"id":"1","category":"coffee","quantity":1,"amount":"10.00"}]}`)).total,
      eventHead: eventHead(bytes(EVENT)).id,
      load: [program.load(bytes(saved)).id, program.load(bytes(program.load(saved).saveBinary())).id],
      secret: Program.compile(TEXT, { secret: bytes("as long as it has to be") }).title,
    };
    for (const [call, wrong] of [["sendBack", EVENT], ["broadcastEstimate", EVENT]]) {
      came[call] = refused(() => program[call](bytes(wrong)), EventError).code;
    }
    const histories = [await program.replay(bytes(EVENT)), await program.replay([bytes(EVENT)]), await program.replay([], { states: [bytes(saved)] })];
    came.replay = histories.map(({ summary }) => [summary.applied, summary.refused, summary.members]);
    return came;
  };
  const plain = (given) => (typeof given === "string" ? encode(given) : given);

  return {
    "bytes are as many as they are, whatever their class says": async () => {
      const wanted = await all(plain);
      for (const said of [0, 8, 1 << 20]) {
        class Odd extends Uint8Array {
          get length() {
            return said;
          }
          get byteLength() {
            return said;
          }
          get buffer() {
            return new ArrayBuffer(said);
          }
        }
        assert.deepEqual(await all((given) => new Odd(plain(given))), wanted);
      }
      // Where they are written to the memory that all members are in, the others stay as they are.
      const { program, member } = start();
      const others = Array.from({ length: 100 }, (_, number) => program.enroll(`m-${number}`, JOINED));
      const before = others.map((other) => other.save());
      class Short extends Uint8Array {
        get length() {
          return 8;
        }
      }
      for (let times = 0; times < 50; times += 1) refused(() => program.apply(member, new Short(encode("7".repeat(6000)))), EventError);
      assert.deepEqual(others.map((other) => other.save()), before);
    },

    "bytes that other threads share are bytes": async () => {
      const shared = (given) => {
        const bytes = plain(given);
        // In a page this is the only way to get some.
        const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
        const view = new Uint8Array(buffer, 8, bytes.length);
        view.set(bytes);
        return view;
      };
      assert.deepEqual(await all(shared), await all(plain));
      const { program, member } = priced();
      const found = { code: "invalid_json", found: "bytes that are no UTF-8" };
      refused(() => program.quote(member, shared(Uint8Array.of(0x7b, 0xff))), EventError, found);
    },

    "bytes that are not here any more are told of": async () => {
      const { program, member } = priced();
      const gone = () => {
        const bytes = encode(EVENT);
        structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
        return bytes;
      };
      const told = (name) => `\`${name}\`: expected bytes, found those of a buffer that was transferred to somewhere else`;
      const calls = {
        event: [() => program.apply(member, gone()), () => program.explain(member, gone()), () => eventHead(gone())],
        cart: [() => program.quote(member, gone())],
        broadcast: [() => program.broadcastEstimate(gone())],
        received: [() => program.sendBack(gone())],
        state: [() => program.load(gone())],
        secret: [() => Program.compile(TEXT, { secret: gone() })],
      };
      for (const [name, each] of Object.entries(calls)) {
        for (const call of each) assert.equal(refused(call, TypeError).message, told(name));
      }
      const histories = { events: [() => program.replay(gone()), () => program.replay([gone()])], states: [() => program.replay([], { states: [gone()] })] };
      for (const [name, each] of Object.entries(histories)) {
        for (const play of each) {
          const error = await play().catch((thrown) => thrown);
          assert.ok(error instanceof TypeError);
          assert.equal(error.message, told(name));
        }
      }
      assert.equal(member.revision, 0);
    },

    "what only looks like bytes or a Date is neither": () => {
      const { program, member } = start();
      for (const wrong of [new Proxy(encode(EVENT), {}), Object.create(Uint8Array.prototype)]) {
        for (const call of ["apply", "explain"]) refused(() => program[call](member, wrong), EventError, { code: "missing_field", field: "type" });
        assert.deepEqual(eventHead(wrong), { type: null, id: null, member: null, at: null });
        const { message } = refused(() => program.load(wrong), TypeError);
        assert.equal(message, "`state`: expected the string or the bytes that were saved, as they are, found an object");
      }
      const expected = "`to`: expected a Date or a string such as 2026-11-21T10:00:00+08:00, found";
      const odd = [[{ [Symbol.toStringTag]: "Date" }, "an object that calls itself a Date"], [new Proxy(new Date(0), {}), "an object"], [Object.create(Date.prototype), "an object"]];
      for (const [wrong, found] of odd) {
        assert.equal(refused(() => program.advance(member, wrong), TypeError).message, `${expected} ${found}`);
      }
      refused(() => program.apply(member, { ...ORDER, at: odd[0][0] }), EventError, { field: "at", found: odd[0][1] });
      refused(() => program.apply(member, odd[0][0]), EventError, { code: "invalid_json", found: odd[0][1] });
      class Other extends Date {
        getTime() {
          return "soon";
        }
        toISOString() {
          return 7;
        }
      }
      assert.equal(refused(() => program.advance(member, new Other(0)), TypeError).message, "`to`: expected a string, found the number 7");
      assert.deepEqual(amounts(program.apply(member, { ...ORDER, at: new Other(ORDER.at) })), ["37"]);
    },
  };
}
