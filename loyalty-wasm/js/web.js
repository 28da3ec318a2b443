// The entry for browsers and bundlers: the library over a module that `init` fetches.

import { core, loader } from "./lib/core.js";
import load, * as compiled from "./loyalty_core.js";

let loading;

// However often it is asked for, it is loaded once; if that failed, the next one tries again.
loader.load = (module) => {
  loading ??= load(module === undefined ? undefined : { module_or_path: module }).then(
    () => void Object.assign(core, compiled),
    (failure) => {
      loading = undefined;
      throw failure;
    },
  );
  return loading;
};

export * from "./lib/index.js";
