// What is written for one host compiles for the others: the types of WebAssembly are those of Node, each way round.

import * as node from "loyalty-rules";
import * as inNode from "../../../loyalty-wasm/pkg/node/index.mjs";
import * as inBrowser from "../../../loyalty-wasm/pkg/web/index.js";

type Library = typeof node;
type Shape<T> = { [name in keyof T]: unknown };

const shapes: Shape<Library>[] = [inNode, inBrowser];
const program = inBrowser.Program.compile("program \"Shop\" {}");
const outcome: node.Outcome = program.apply(program.enroll("m-1", new Date()), { type: "order", id: "o-1", at: new Date() });
const back: inBrowser.Outcome = outcome;

export { back, shapes };
