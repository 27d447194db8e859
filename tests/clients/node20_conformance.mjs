// Lets Node.js 20 load @modelcontextprotocol/conformance, which imports `globSync` of Node.js 22. Only its command
// `tier-check`, which is not used here, calls the function.
import { register } from "node:module";

const page = (text) => `data:text/javascript,${encodeURIComponent(text)}`;
const fs = page('export * from "node:fs"; export const globSync = () => [];');
register(
  page(`export const resolve = (name, context, next) =>
    name === "fs" && context.parentURL?.includes("/conformance/")
      ? { url: ${JSON.stringify(fs)}, shortCircuit: true }
      : next(name, context);`),
);
