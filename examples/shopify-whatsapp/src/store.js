// The database: what is kept, and nothing of what is decided. All that one delivery brings about is one transaction.

import { randomBytes } from "node:crypto";

import Database from "better-sqlite3";

const TABLES = `
CREATE TABLE IF NOT EXISTS member (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, state BLOB NOT NULL, due TEXT) STRICT;
CREATE INDEX IF NOT EXISTS member_due ON member (due) WHERE due IS NOT NULL;

-- By what a member is found. A member has several, and they change; 'wrote' is 1 for what WhatsApp vouches for.
CREATE TABLE IF NOT EXISTS identity (
  kind TEXT NOT NULL, value TEXT NOT NULL, member TEXT NOT NULL, wrote INTEGER NOT NULL, seen TEXT NOT NULL,
  PRIMARY KEY (kind, value)
) STRICT;
CREATE INDEX IF NOT EXISTS identity_member ON identity (member);

-- Deliveries of the shop that were taken; of what tells how something stands, the latest instant.
CREATE TABLE IF NOT EXISTS delivery (id TEXT PRIMARY KEY, topic TEXT NOT NULL, received TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS latest (of TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;

-- Every event that was applied, in that order, with what came of it.
CREATE TABLE IF NOT EXISTS event (
  position INTEGER PRIMARY KEY, member TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, outcome TEXT NOT NULL,
  UNIQUE (member, id)
) STRICT;

-- What was not applied, and why; of one thing what was told last. 'origin' is the event's id, or names the delivery where there is
-- no event. 'waits_for' is the order whose arrival ends the waiting.
CREATE TABLE IF NOT EXISTS parked (
  position INTEGER PRIMARY KEY, reason TEXT NOT NULL, origin TEXT NOT NULL, keys TEXT, event TEXT, error TEXT, waits_for TEXT,
  received TEXT NOT NULL, UNIQUE (reason, origin)
) STRICT;
CREATE INDEX IF NOT EXISTS parked_waits ON parked (waits_for) WHERE waits_for IS NOT NULL;

-- Counters over all members.
CREATE TABLE IF NOT EXISTS claimed (counter TEXT PRIMARY KEY, count TEXT NOT NULL) STRICT;

-- Messages that leave, left or failed. 'attempt' began at 'since' (milliseconds); nothing is tried before 'not_before'.
CREATE TABLE IF NOT EXISTS outbox (
  position INTEGER PRIMARY KEY, member TEXT NOT NULL, message TEXT NOT NULL, reply_to TEXT, window TEXT,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed')), attempt INTEGER NOT NULL,
  since INTEGER NOT NULL, not_before INTEGER NOT NULL, wamid TEXT, error TEXT
) STRICT;
-- What is sent is never looked through again.
CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox (position) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS outbox_sending ON outbox (since) WHERE state = 'sending';
CREATE INDEX IF NOT EXISTS outbox_open ON outbox (member, position) WHERE state IN ('waiting', 'sending');
CREATE INDEX IF NOT EXISTS outbox_wamid ON outbox (wamid) WHERE wamid IS NOT NULL;

-- What this database calls its messages with, so that statuses of another one's are not taken for its own.
CREATE TABLE IF NOT EXISTS called (name TEXT PRIMARY KEY) STRICT;

-- What concerns the shop and no member: a template that was recategorised, a limit that has changed.
CREATE TABLE IF NOT EXISTS notice (position INTEGER PRIMARY KEY, body TEXT NOT NULL, received TEXT NOT NULL) STRICT;
`;

const DAY = 86_400_000;

/**
 * An instant of UTC as a text that sorts as instants follow each other, with all its microseconds: without, `:00.5Z` stands before `:00Z`.
 * @param {string} instant
 */
function sortable(instant) {
  const [seconds, fraction = ""] = instant.slice(0, -1).split(".");
  return `${seconds}.${fraction.padEnd(6, "0")}Z`;
}

/** @typedef {{ position: number, member: string, message: string, reply_to: string | null, window: "open" | "closed" | null,
 *   attempt: number, since: number }} Outgoing */

export class Store {
  /** @param {string} path @param {{ fileMustExist?: boolean }} [how] */
  constructor(path, how = {}) {
    this.db = new Database(path, { timeout: 10_000, ...how });
    // FULL: what was answered with 200 is on the disk, whatever becomes of the machine.
    this.db.pragma("journal_mode = WAL");
    this.db.pragma("synchronous = FULL");
    this.db.exec(TABLES);
    this.db.prepare("INSERT INTO called SELECT ? WHERE NOT EXISTS (SELECT 1 FROM called)").run(randomBytes(6).toString("hex"));
    /** What the names of its messages begin with. */
    this.name = /** @type {string} */ (this.db.prepare("SELECT name FROM called").pluck().get());
    /** @type {{ work: () => any, resolve: (result: any) => void, reject: (error: unknown) => void }[]} */
    this.waiting = [];
    /** @type {Map<string, import("better-sqlite3").Statement>} */
    this.statements = new Map();
  }

  /** @param {string} sql */
  sql(sql) {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = this.db.prepare(sql)));
    return statement;
  }

  /** All that `work` writes, or nothing. @template T @param {() => T} work @returns {T} */
  transaction(work) {
    return this.db.transaction(work).immediate();
  }

  /**
   * The same, together with whatever else asks for it before the event loop comes round: one commit, and one wait for the disk, for all of
   * them. Each is whole by itself; one that throws takes nothing of the others along. @template T @param {() => T} work @returns {Promise<T>}
   */
  together(work) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ work, resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => this.commit());
    });
  }

  commit() {
    const jobs = this.waiting.splice(0);
    /** @type {(() => void)[]} */
    let settled = [];
    try {
      this.transaction(() => {
        settled = jobs.map(({ work, resolve, reject }) => {
          try {
            // Within a transaction this is a savepoint.
            const result = this.db.transaction(work)();
            return () => resolve(result);
          } catch (error) {
            return () => reject(error);
          }
        });
      });
    } catch (error) {
      settled = jobs.map(({ reject }) => () => reject(error));
    }
    // Nobody is told of anything before it is on the disk.
    settled.forEach((settle) => settle());
  }

  // Members ------------------------------------------------------------------------------------------------------------

  /** @param {string} id @returns {{ revision: number, state: Buffer } | undefined} */
  member(id) {
    return /** @type {any} */ (this.sql("SELECT revision, state FROM member WHERE id = ?").get(id));
  }

  /** @param {import("loyalty-rules").Member} member */
  writeMember(member) {
    this.sql(
      `INSERT INTO member (id, revision, state, due) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, state = excluded.state, due = excluded.due`,
    ).run(member.id, member.revision, Buffer.from(member.saveBinary()), member.nextDue && sortable(member.nextDue));
  }

  /** For whom time brings something about until then, those whose turn comes first. @param {Date} now @param {number} most */
  due(now, most) {
    return this.sql("SELECT id FROM member WHERE due <= ? ORDER BY due LIMIT ?").pluck().all(sortable(now.toISOString()), most);
  }

  /** @param {string} id */
  notDue(id) {
    this.sql("UPDATE member SET due = NULL WHERE id = ?").run(id);
  }

  // Identities ---------------------------------------------------------------------------------------------------------

  /** @param {string} kind @param {string} value @returns {string | undefined} */
  memberBy(kind, value) {
    return /** @type {any} */ (this.sql("SELECT member FROM identity WHERE kind = ? AND value = ?").pluck().get(kind, value));
  }

  /** @param {string} kind @param {string} value @param {string} member @param {boolean} wrote @param {string} seen */
  identify(kind, value, member, wrote, seen) {
    this.sql(
      `INSERT INTO identity (kind, value, member, wrote, seen) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (kind, value) DO UPDATE SET member = excluded.member, wrote = max(wrote, excluded.wrote),
         seen = max(seen, excluded.seen)`,
    ).run(kind, value, member, Number(wrote), seen);
  }

  /** @param {string} kind @param {string} value */
  forget(kind, value) {
    this.sql("DELETE FROM identity WHERE kind = ? AND value = ?").run(kind, value);
  }

  /** @param {string} member @param {string} kind @returns {string[]} */
  valuesOf(member, kind) {
    const sql = "SELECT value FROM identity WHERE member = ? AND kind = ? ORDER BY wrote DESC, seen DESC, value";
    return /** @type {any} */ (this.sql(sql).pluck().all(member, kind));
  }

  /** @param {string} from @param {string} to */
  hand(from, to) {
    this.sql("UPDATE identity SET member = ? WHERE member = ?").run(to, from);
    this.sql("UPDATE outbox SET member = ? WHERE member = ? AND state = 'waiting'").run(to, from);
  }

  // What came ----------------------------------------------------------------------------------------------------------

  /** Whether it is the first time. @param {string} id @param {string} topic @param {Date} now */
  firstDelivery(id, topic, now) {
    const sql = "INSERT INTO delivery (id, topic, received) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
    return this.sql(sql).run(id, topic, now.toISOString()).changes === 1;
  }

  /** Whether nothing later has been told of it. @param {{ of: string, at: string }} latest */
  isLatest({ of, at }) {
    const known = /** @type {string | undefined} */ (this.sql("SELECT at FROM latest WHERE of = ?").pluck().get(of));
    if (known !== undefined && Date.parse(known) >= Date.parse(at)) return false;
    this.sql("INSERT OR REPLACE INTO latest (of, at) VALUES (?, ?)").run(of, at);
    return true;
  }

  /** @param {string} member @param {string} id @param {object} body @param {object} outcome */
  log(member, id, body, outcome) {
    this.sql("INSERT INTO event (member, id, body, outcome) VALUES (?, ?, ?, ?)").run(
      member, id, JSON.stringify(body), JSON.stringify(outcome),
    );
  }

  /**
   * @param {{ reason: string, origin: string, keys?: object, event?: object, error?: object, waitsFor?: string }} what
   * @param {Date} now
   */
  park({ reason, origin, keys, event, error, waitsFor }, now) {
    const json = (/** @type {object | undefined} */ value) => (value === undefined ? null : JSON.stringify(value));
    this.sql(
      `INSERT INTO parked (reason, origin, keys, event, error, waits_for, received) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (reason, origin) DO UPDATE SET keys = excluded.keys, event = excluded.event, error = excluded.error`,
    ).run(reason, origin, json(keys), json(event), json(error), waitsFor ?? null, now.toISOString());
  }

  /** Takes out what waits for an order. @param {string} order @returns {{ keys: string, event: string }[]} */
  unparkWaiting(order) {
    const sql = "DELETE FROM parked WHERE waits_for = ? RETURNING position, keys, event";
    const rows = /** @type {any[]} */ (this.sql(sql).all(order));
    return rows.sort((one, other) => one.position - other.position);
  }

  /** Takes out what was parked for a reason. @param {string} reason @returns {{ keys: string, event: string }[]} */
  unpark(reason) {
    return /** @type {any[]} */ (this.sql("DELETE FROM parked WHERE reason = ? RETURNING keys, event").all(reason));
  }

  /** Takes out one thing that was parked. @param {string} reason @param {string} origin @returns {{ keys: string, event: string } | undefined} */
  unparkOne(reason, origin) {
    const sql = "DELETE FROM parked WHERE reason = ? AND origin = ? RETURNING keys, event";
    return /** @type {any} */ (this.sql(sql).get(reason, origin));
  }

  /** Everything about a person goes but the state, which the engine has emptied. @param {string} member @param {string} pseudonym */
  erase(member, pseudonym) {
    const known = /** @type {{ kind: string, value: string }[]} */ (this.sql("SELECT kind, value FROM identity WHERE member = ?").all(member));
    for (const { kind, value } of known) {
      this.sql("DELETE FROM parked WHERE json_extract(keys, '$.' || ?) = ?").run(kind, value);
    }
    this.sql("DELETE FROM identity WHERE member = ?").run(member);
    this.sql("DELETE FROM outbox WHERE member = ?").run(member);
    this.sql("DELETE FROM event WHERE member = ?").run(member);
    this.sql("UPDATE member SET id = ? WHERE id = ?").run(pseudonym, member);
  }

  /** @param {object} notice @param {Date} now */
  notice(notice, now) {
    this.sql("INSERT INTO notice (body, received) VALUES (?, ?)").run(JSON.stringify(notice), now.toISOString());
  }

  /**
   * What nobody will ask for any more goes: deliveries that are not repeated any longer, messages whose statuses have come, how things
   * stood long ago, and what was parked though there was nothing to do. The log of events is the shop's books, and stays.
   * @param {Date} now @param {number} realNow
   */
  tidy(now, realNow) {
    const before = (/** @type {number} */ days) => new Date(now.getTime() - days * DAY).toISOString();
    this.sql("DELETE FROM delivery WHERE received < ?").run(before(8));
    this.sql("DELETE FROM outbox WHERE state IN ('sent', 'failed') AND since < ?").run(realNow - 30 * DAY);
    this.sql("DELETE FROM latest WHERE julianday(at) < julianday(?)").run(before(90));
    this.sql("DELETE FROM parked WHERE event IS NULL AND received < ?").run(before(90));
    this.sql("DELETE FROM notice WHERE received < ?").run(before(365));
  }

  // Counters over all members ------------------------------------------------------------------------------------------

  /** @returns {Record<string, string>} */
  counters() {
    return Object.fromEntries(/** @type {any} */ (this.sql("SELECT counter, count FROM claimed").raw().all()));
  }

  /** @param {string} counter @param {string} count */
  setCounter(counter, count) {
    this.sql("INSERT OR REPLACE INTO claimed (counter, count) VALUES (?, ?)").run(counter, count);
  }

  // The outbox ---------------------------------------------------------------------------------------------------------

  /** @param {string} member @param {object} message @param {string | undefined} replyTo @param {number} now */
  post(member, message, replyTo, now) {
    this.sql(
      `INSERT INTO outbox (member, message, reply_to, state, attempt, since, not_before) VALUES (?, ?, ?, 'waiting', 0, ?, 0)`,
    ).run(member, JSON.stringify(message), replyTo ?? null, now);
  }

  /**
   * Messages that may leave: of each member the oldest, so that they arrive in their order. They are marked before they are sent:
   * whoever finds a mark after a crash knows that it may have left. @param {number} now @param {number} most @returns {Outgoing[]}
   */
  take(now, most) {
    const sql = `
      UPDATE outbox SET state = 'sending', attempt = attempt + 1, since = $now WHERE position IN (
        SELECT position FROM outbox AS one WHERE state = 'waiting' AND not_before <= $now AND NOT EXISTS (
          SELECT 1 FROM outbox AS earlier
          WHERE earlier.member = one.member AND earlier.position < one.position AND earlier.state IN ('waiting', 'sending')
        ) ORDER BY position LIMIT $most
      ) RETURNING position, member, message, reply_to, window, attempt, since`;
    const rows = /** @type {any[]} */ (this.sql(sql).all({ now, most }));
    return rows.sort((one, other) => one.position - other.position);
  }

  /** It has left: the Cloud API has answered, or a status has come. @param {number} position @param {string} wamid */
  sent(position, wamid) {
    this.sql("UPDATE outbox SET state = 'sent', wamid = ?, error = NULL WHERE position = ? AND state != 'failed'").run(wamid, position);
  }

  /**
   * It has surely not left, and is tried again; `counted` if that was one of its attempts.
   * @param {number} position @param {number} notBefore @param {string} error @param {boolean} [counted]
   */
  again(position, notBefore, error, counted = true) {
    const sql = `UPDATE outbox SET state = 'waiting', attempt = attempt - ?, not_before = ?, error = ? WHERE position = ? AND state = 'sending'`;
    this.sql(sql).run(Number(!counted), notBefore, error, position);
  }

  /** It will not be sent. @param {number} position @param {string} error */
  failed(position, error) {
    this.sql("UPDATE outbox SET state = 'failed', error = ? WHERE position = ?").run(error, position);
  }

  /** Outside of the window after all: the template instead. @param {number} position */
  asTemplate(position) {
    const sql = "UPDATE outbox SET state = 'waiting', window = 'closed', not_before = 0, wamid = NULL WHERE position = ?";
    this.sql(sql).run(position);
  }

  /** What may have left and of which nothing was heard until then. @param {number} before @returns {number} how many */
  doubtful(before) {
    const sql = "UPDATE outbox SET state = 'waiting', error = 'no answer' WHERE state = 'sending' AND since < ?";
    return this.sql(sql).run(before).changes;
  }

  /** From now on the waiting for statuses counts: while the app was down none could come. @param {number} now */
  restartDoubt(now) {
    this.sql("UPDATE outbox SET since = ? WHERE state = 'sending'").run(now);
  }

  /** What comes back with the statuses of a message. @param {number} position */
  callback(position) {
    return `${this.name}:${position}`;
  }

  /** Whose statuses these are, if the message is one of ours. @param {string | undefined} callback @returns {number | undefined} */
  calledBack(callback) {
    const [name, position] = (callback ?? "").split(":");
    return name === this.name && /^[0-9]{1,15}$/.test(position ?? "") ? Number(position) : undefined;
  }

  /** @param {number} position @returns {{ member: string, state: string, message: string, window: string | null } | undefined} */
  outgoing(position) {
    return /** @type {any} */ (this.sql("SELECT member, state, message, window FROM outbox WHERE position = ?").get(position));
  }

  /** @returns {Record<string, number>} how many messages there are in each state */
  outboxCounts() {
    return Object.fromEntries(/** @type {any} */ (this.sql("SELECT state, count(*) FROM outbox GROUP BY state").raw().all()));
  }

  close() {
    this.db.close();
  }
}
