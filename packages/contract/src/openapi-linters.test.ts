import { describe, expect, test } from '@jest/globals';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectralCore, { type RulesetDefinition } from '@stoplight/spectral-core';
import spectralRulesets from '@stoplight/spectral-rulesets';
import { buildOpenApi, getSession } from './index.ts';

type Json = Record<string, unknown>;

const toJson = (openapi: Json) => JSON.parse(JSON.stringify(openapi)) as Json;

/** Faults of every severity, warnings and hints included. */
async function redocly(openapi: Json): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const faults = await lintFromString({
    source: JSON.stringify(openapi),
    absoluteRef: 'openapi.json',
    config,
  });
  return faults.map(({ ruleId, message, location: [place] }) => `${ruleId}: ${message} (${place?.pointer})`);
}

/** Rules of Spectral that do not fit, each with the reason. */
const SPECTRAL_OFF: Record<string, string> = {
  'contact-properties': 'the document is the same in every installation: it knows no address of who runs one',
  'license-url': 'the licence is named by its SPDX identifier, beside which OpenAPI 3.1 allows no URL',
  'openapi-tags-alphabetical': 'the tags are in the order in which an alert meets them',
};

/** Every rule for OpenAPI, also those that are not recommended. */
async function spectral(openapi: Json): Promise<string[]> {
  const linter = new spectralCore.Spectral();
  linter.setRuleset({
    extends: [[spectralRulesets.oas as RulesetDefinition, 'all']],
    rules: Object.fromEntries(Object.keys(SPECTRAL_OFF).map((rule) => [rule, 'off'])),
  });
  const faults = await linter.run(openapi);
  return faults.map(({ code, message, path }) => `${code}: ${message} (${path.join('/')})`);
}

describe.each([
  ['Redocly', redocly],
  ['Spectral', spectral],
])('%s', (_, lint) => {
  test('finds no fault with the document', async () => {
    expect(await lint(toJson(buildOpenApi('1.2.3')))).toEqual([]);
  });

  test('finds fault with a document that has one', async () => {
    const faulty = toJson(buildOpenApi('1.2.3', [{ ...getSession, id: undefined as unknown as string }]));
    expect(await lint(faulty)).toContainEqual(expect.stringContaining('operationId'));
  });
});
