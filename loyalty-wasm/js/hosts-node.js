"use strict";
// The entry `hosts` for Node: the translations over the module that is loaded here and now.

const { EventError } = require("./lib/errors.js");
const { init, magento, shopify, translations, whatsapp, woocommerce } = require("./lib/hosts.js");
const { translate } = require("./loyalty_hosts.js");

translations.translate = translate;

module.exports = { EventError, init, magento, shopify, whatsapp, woocommerce };
