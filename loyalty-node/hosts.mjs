// The entry for `import`: the very functions that `require` gives.

import hosts from "./hosts.js";

export const { EventError, init, magento, shopify, whatsapp, woocommerce } = hosts;
