import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfiguration } from '../../../shared/settings/configuration.ts';
import { temporaryDirectory } from '../../support/host.ts';

const base = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };

it('takes the policy of the setting, or else of the file, or none', () => {
  const folder = temporaryDirectory();
  const policyBy = (settings: Record<string, string>, where?: string) =>
    readConfiguration({ ...base, ...settings }, where).followUp.policy;
  expect(policyBy({}, folder)).toBeUndefined();
  writeFileSync(join(folder, 'follow-up.policy.json'), 'a');
  expect(policyBy({}, folder)).toEqual({ text: 'a', from: 'follow-up.policy.json' });
  expect(policyBy({})).toBeUndefined();
  expect(policyBy({ FOLLOW_UP_POLICY: 'b' }, folder)).toEqual({ text: 'b', from: 'FOLLOW_UP_POLICY' });
  expect(policyBy({ FOLLOW_UP_POLICY: 'NONE' }, folder)).toBeUndefined();
});

it('takes no setting of more than 32 KB', () => {
  const read = (length: number) => readConfiguration({ ...base, FOLLOW_UP_POLICY: 'ø'.repeat(length) });
  expect(read(16 * 1024).followUp.policy?.text).toHaveLength(16 * 1024);
  expect(() => read(16 * 1024 + 1)).toThrow('FOLLOW_UP_POLICY is longer than 32 KB');
});
