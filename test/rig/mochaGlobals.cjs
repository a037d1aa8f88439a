// Stands for the package "mocha" in bundled tests: the runner has put its functions into the global scope.
module.exports = globalThis;
