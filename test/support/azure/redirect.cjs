// Loaded before a program under test: what it sends to Azure goes to the simulated one.
const { SIMULATED_AZURE: azure } = process.env;
const real = globalThis.fetch;
const hosts =
  /^https:\/(\/(?:management\.azure\.com|[\w-]+\.vault\.azure\.net|api\.loganalytics\.azure\.com)\/)/;

if (azure) {
  globalThis.fetch = (target, init) => real(String(target).replace(hosts, `${azure}$1`), init);
}
