// The entry `hosts` for browsers and bundlers: the translations over a module that `init` fetches.

import { source, translations } from "./lib/hosts.js";
import load, { translate } from "./loyalty_hosts.js";

let loading;

// However often it is asked for, it is loaded once; if that failed, the next one tries again.
source.load = (module) => {
  loading ??= load(module === undefined ? undefined : { module_or_path: module }).then(
    () => void (translations.translate = translate),
    (failure) => {
      loading = undefined;
      throw failure;
    },
  );
  return loading;
};

export { EventError } from "./lib/errors.js";
export { init, magento, shopify, whatsapp, woocommerce } from "./lib/hosts.js";
