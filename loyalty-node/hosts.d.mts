export * from "./hosts.js";
