"use strict";
// Members: what a program enrols or loads.

const { kind } = require("./arguments.js");
const { exactClass } = require("./exact.js");
const { Held, shownAs } = require("./shown.js");

/** Only this library makes members. */
const MAKE = Symbol("make");

let memberHandle;
let replaceHandle;

class Member extends Held {
  #handle;
  #owner;
  #migration;

  constructor(make, handle, owner, migration) {
    if (make !== MAKE) throw new TypeError("enroll or load a member; there is no other way to make one");
    super();
    this.#handle = handle;
    this.#owner = owner;
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
    replaceHandle = (member, handle) => {
      member.#handle.free();
      member.#handle = handle;
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

  get program() {
    return this.#owner.program;
  }

  get migration() {
    return this.#migration;
  }

  save() {
    return this.#owner.save(memberHandle(this));
  }

  saveBinary() {
    return this.#owner.saveBinary(memberHandle(this));
  }

  equals(other) {
    const state = memberHandle(this);
    return other instanceof Member && this.#owner.same(state, memberHandle(other));
  }

  copy() {
    return new Member(MAKE, memberHandle(this).copy(), this.#owner, this.#migration);
  }

  close() {
    this.#handle?.free();
    this.#handle = null;
  }
}

exactClass(Member);
shownAs(Member, ["id", "revision", "nextDue"], "`member.save()` gives its state as a string, and `program.view(member)` what is in it");

/** A member of a program, around a handle of the core's. */
function newMember(handle, owner, migration = null) {
  return new Member(MAKE, handle, owner, migration);
}

module.exports = { Member, memberHandle, newMember, replaceHandle };
