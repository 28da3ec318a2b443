/** Where a bundler has put the module, or the module itself: what `init` takes. */
declare const module: string | object;
export default module;
