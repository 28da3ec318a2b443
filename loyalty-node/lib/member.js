"use strict";
// Members: what a program enrols or loads.

const { kind } = require("./arguments.js");

/** Only this library makes members. */
const MAKE = Symbol("make");

let memberHandle;

class Member {
  #handle;
  #migration;

  constructor(make, handle, migration) {
    if (make !== MAKE) throw new TypeError("enroll or load a member; there is no other way to make one");
    this.#handle = handle;
    this.#migration = migration;
  }

  static {
    memberHandle = (member) => {
      if (member === null || typeof member !== "object" || !(#handle in member)) {
        throw new TypeError(`expected a Member, found ${kind(member)}`);
      }
      if (member.#handle === null) throw new TypeError("the member is closed");
      return member.#handle;
    };
  }

  get id() {
    return memberHandle(this).id;
  }

  get revision() {
    return Number(memberHandle(this).revision);
  }

  get nextDue() {
    return memberHandle(this).nextDue ?? null;
  }

  get clock() {
    return memberHandle(this).clock;
  }

  get enrolledAt() {
    return memberHandle(this).enrolledAt;
  }

  get migration() {
    return this.#migration;
  }

  copy() {
    return new Member(MAKE, memberHandle(this).copy(), this.#migration);
  }

  close() {
    this.#handle?.free?.();
    this.#handle = null;
  }
}

/** A member around a handle of the core's. */
function newMember(handle, migration = { dropped: [], added: [] }) {
  return new Member(MAKE, handle, migration);
}

module.exports = { Member, memberHandle, newMember };
