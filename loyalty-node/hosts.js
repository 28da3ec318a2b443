"use strict";
// The entry `loyalty-rules/hosts` for Node: the translations over the module that `npm run build` compiles.

const { compiled } = require("./compiled.js");
const { init, magento, shopify, translations, whatsapp, woocommerce } = require("./lib/hosts.js");
const { EventError } = require("./lib/errors.js");
const { translate } = compiled();

translations.translate = translate;

module.exports = { EventError, init, magento, shopify, whatsapp, woocommerce };
