// The corpus of translations: every answer is the same byte for byte as in Rust. Runs in browsers too.

/** What a host answers to a case, in the words of the corpus. */
function answered(hosts, { call, topic, options, body }) {
  const [platform, name] = call.split(".");
  try {
    const told = topic === undefined ? hosts[platform][name](body, options) : hosts[platform][name](topic, body, options);
    if (name === "payload") return `payload ${JSON.stringify(told)}`;
    const lines = [["event", told.events], ["parked", told.parked], ["notice", told.notices]].flatMap(([word, items]) =>
      items.map((item) => `${word} ${JSON.stringify(item)}`),
    );
    return lines.length === 0 ? "nothing" : lines.join("\n");
  } catch (error) {
    // What JavaScript itself refuses: an option that is none.
    if (error instanceof TypeError) return "a TypeError";
    if (!(error instanceof hosts.EventError)) throw error;
    return `error ${JSON.stringify(error)}`;
  }
}

/** Plays every case, from its text and from its bytes, and tells what differs. */
export function playTranslations(hosts, cases) {
  const failures = [];
  for (const one of cases) {
    const text = answered(hosts, one);
    const bytes = answered(hosts, { ...one, body: new TextEncoder().encode(one.body) });
    const wanted = text === "a TypeError" && /unknown-(option|way)/.test(one.name) ? text : one.answer;
    if (text !== wanted) failures.push(`${one.name}\n  wanted ${wanted}\n  got    ${text}`);
    if (bytes !== text) failures.push(`${one.name}: bytes give ${bytes}`);
  }
  return failures;
}

/** What is JavaScript's own: the values that come in. */
export function hostsTests(hosts, assert) {
  const order = '{"id":820982911946154508,"customer":{"id":5},"financial_status":"paid","created_at":"2026-11-21T10:00:00Z","line_items":[]}';
  return {
    "ids above 2^53 stay whole": () => {
      const { events } = hosts.shopify.events("orders/paid", order);
      assert.equal(events[0].event.id, "shopify:order:820982911946154508");
    },
    "a body is text or bytes, for an object has lost its digits": () => {
      for (const body of [JSON.parse(order), 5, null, undefined]) {
        assert.throws(() => hosts.shopify.events("orders/paid", body), TypeError);
      }
      assert.throws(() => hosts.shopify.events(5, order), TypeError);
    },
    "a misspelt option is an error": () => {
      assert.throws(() => hosts.shopify.events("orders/paid", order, { erna: "placed" }), TypeError);
      assert.throws(() => hosts.whatsapp.payload({}, { fone: "+1" }), TypeError);
    },
    "an option that is empty is none of those that there are": () => {
      for (const name of ["source", "earn", "money"]) {
        assert.throws(() => hosts.shopify.events("orders/paid", order, { [name]: "" }), { field: name });
      }
    },
    "an option is a string, and nothing else is taken for none": () => {
      for (const wrong of [() => "shop", Symbol("shop"), null, 7, 7n, true, ["shop"], { toJSON: () => "shop" }, new String("shop"), new Date(0), "\ud83c"]) {
        for (const name of ["source", "earn", "money"]) {
          for (const platform of ["shopify", "woocommerce", "magento"]) {
            assert.throws(() => hosts[platform].events("orders/paid", order, { [name]: wrong }), TypeError);
          }
        }
        assert.throws(() => hosts.whatsapp.events("{}", { source: wrong }), TypeError);
        for (const name of ["phone", "bsuid", "window", "reply_to", "callback"]) {
          assert.throws(() => hosts.whatsapp.payload({ category: "reply", text: "x" }, { phone: "+966501234567", [name]: wrong }), TypeError);
        }
      }
      try {
        hosts.shopify.events("orders/paid", order, { source: () => "shop" });
      } catch (error) {
        assert.equal(error.message, "`source`: expected a string, found a function");
      }
      const { events } = hosts.shopify.events("orders/paid", order, { source: undefined, earn: "placed" });
      assert.equal(events[0].event.id, "shopify:order:820982911946154508");
    },
    "a body is as long as it is, whatever its class says": () => {
      class Short extends Uint8Array {
        get length() {
          return 8;
        }
      }
      const { events } = hosts.shopify.events("orders/paid", new Short(new TextEncoder().encode(order)));
      assert.equal(events[0].event.id, "shopify:order:820982911946154508");
      const gone = new TextEncoder().encode(order);
      structuredClone(gone.buffer, { transfer: [gone.buffer] });
      assert.throws(() => hosts.shopify.events("orders/paid", gone), TypeError);
    },
    "a message that cannot be written is told of by its name": () => {
      const cyclic = { of: [] };
      cyclic.of.push(cyclic);
      for (const wrong of [cyclic, { text: 1n }, { toJSON() {} }]) {
        try {
          hosts.whatsapp.payload(wrong, { phone: "+966501234567" });
        } catch (error) {
          assert.equal(error instanceof TypeError, true);
          assert.equal(/^`message`: expected [^\n]+$/.test(error.message), true);
          continue;
        }
        throw new Error("it was taken");
      }
    },
    "a message is held to the limits of an event": () => {
      const nested = (levels) => {
        let inner = {};
        for (let level = 0; level < levels; level += 1) inner = { a: inner };
        return inner;
      };
      const told = (message) => {
        try {
          hosts.whatsapp.payload(message, { phone: "+966501234567" });
        } catch (error) {
          return [error.code, error.field, error.expected, error.found, error.message];
        }
        throw new Error("it was taken");
      };
      // Also where the language itself has no room to write it. Python says the same.
      const said = (code, most, found) => [code, null, `at most ${most}`, `more than ${found}`, `${code}: expected at most ${most}, found more than ${found}`];
      const deep = said("too_deep", "127 levels of nested values", "127 levels");
      for (const levels of [128, 200_000]) assert.deepEqual(told(nested(levels)), deep);
      assert.deepEqual(told(nested(127))[0], "missing_field");
      const wide = Object.fromEntries(Array.from({ length: 1001 }, (_, number) => [`f${number}`, 1]));
      assert.deepEqual(told(wide), said("too_many_fields", "1000 fields", "1000 fields"));
      assert.deepEqual(told({ a: Array(2_097_152).fill(1) }), said("event_too_large", "2097152 values", "2097152 values"));
      const failing = { get a() { throw new RangeError("of the host's own"); } };
      assert.equal(told(failing).at(-1), "of the host's own");
    },
    "a call takes the arguments that it names": () => {
      for (const [call, given] of [["shopify.events", ["orders/paid", order]], ["whatsapp.events", ["{}"]], ["whatsapp.payload", [{}]]]) {
        const [platform, name] = call.split(".");
        assert.throws(() => hosts[platform][name](...given, {}, { colour: 1 }), TypeError);
      }
    },
    "a message may be an object": () => {
      const sent = hosts.whatsapp.payload({ category: "reply", text: "٥ نقاط" }, { phone: "+966501234567", window: "open" });
      assert.equal(sent.text.body, "٥ نقاط");
    },
    "a refusal is an EventError": () => {
      try {
        hosts.whatsapp.payload({ category: "reply", text: "x" }, {});
      } catch (error) {
        assert.equal(error instanceof hosts.EventError, true);
        assert.equal(error.code, "missing_field");
        assert.equal(error.field, "phone");
        return;
      }
      throw new Error("it was taken");
    },
  };
}
