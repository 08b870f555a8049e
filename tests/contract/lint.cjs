// What Redocly says of a document: lint.cjs REDOCLY_YAML OPENAPI_YAML. Exit code 1 when it says
// anything. The library, for the program brings a whole documentation site along.
const {formatProblems, getTotals, lint, loadConfig} = require('@redocly/openapi-core');

async function main(configPath, ref) {
  const config = await loadConfig({configPath});
  const problems = await lint({ref, config});
  const totals = getTotals(problems);
  formatProblems(problems, {format: 'stylish', totals, version: 'openapi-core'});
  const found = totals.errors + totals.warnings;
  console.log(found === 0 ? 'Redocly: no problem' : `Redocly: ${found} problems`);
  return found === 0 ? 0 : 1;
}

main(...process.argv.slice(2)).then((code) => process.exit(code));
