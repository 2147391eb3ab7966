import { describe, expect, it } from 'vitest';
import { requestsPerLetter, whyNotAsked } from '../../../shared/altinn/role.ts';

const [own, write, read] = [
  'altinn:serviceowner',
  'altinn:correspondence.write',
  'altinn:correspondence.read',
];
const systemUserOrg = '310000001';
const resources = ['urn:altinn:resource:my-letters'];

describe('before a follow-up acts, Altinn', () => {
  it.each([
    ['is asked by a service owner', { scopes: [own, write], resources: [] }, undefined],
    ['is asked by a sender', { scopes: [write], resources: [] }, undefined],
    [
      'is not asked without the scope that makes a look harmless',
      { scopes: [own, read], resources },
      `add the scope ${write}`,
    ],
    ['is asked by a recipient', { systemUserOrg, scopes: [read], resources }, undefined],
    [
      'is not asked by a recipient who may not list',
      { systemUserOrg, scopes: [write], resources },
      `add the scope ${read}`,
    ],
    [
      'is not asked by a recipient who cannot pull',
      { systemUserOrg, scopes: [read], resources: [] },
      'set ALTINN_RESOURCES',
    ],
  ])('%s', (_, client, why) => {
    expect(whyNotAsked(client)).toBe(why);
  });

  it.each([
    ['a service owner', { scopes: [own, write] }, 1],
    ['a sender, for the overview too', { scopes: [write] }, 2],
    ['a recipient, who takes a turn for each list', { systemUserOrg, scopes: [read] }, 1],
  ])('takes %s so many requests a letter', (_, client, requests) => {
    expect(requestsPerLetter(client)).toBe(requests);
  });
});
