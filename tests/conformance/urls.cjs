// The suites copy objects that hold a URL, which Node has refused to do since version 22.
// Loaded before mocha; changes nothing where the copy succeeds.
const clone = globalThis.structuredClone;

globalThis.structuredClone = function structuredClone(value, ...rest) {
  try {
    return clone(value, ...rest);
  } catch (error) {
    if (error.name !== "DataCloneError" || value === null || typeof value !== "object") {
      throw error;
    }
    if (value instanceof URL) {
      return new URL(value);
    }
    const copied = Object.entries(value).map(([name, member]) => [name, structuredClone(member)]);
    return Array.isArray(value) ? copied.map(([, member]) => member) : Object.fromEntries(copied);
  }
};
