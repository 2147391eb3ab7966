import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidValue } from '../runtime/invalid-value.ts';
import type { Values } from './declared.ts';
import type { Type } from './setting.ts';

/** The file that a policy is in, beside the app. */
export const policyFile = 'follow-up.policy.json';

const maxKilobytes = 32;

/** What a policy's setting has to be; what the policy says is read with the channels. */
export const policyText: Type<string> = {
  is: `the JSON of a policy, ${maxKilobytes} KB at the most, or \`none\``,
  parse(text) {
    if (Buffer.byteLength(text) > maxKilobytes * 1024) {
      throw new InvalidValue(`is longer than ${maxKilobytes} KB: put it into the file ${policyFile}`);
    }
    return text;
  },
};

/** The text of a policy, and where it is from. */
export interface PolicyText {
  readonly text: string;
  readonly from: string;
}

/** The policy of the setting or, without one, of the file; `undefined` where there is none. @param folder where the file is */
export function policyOf(
  { followUp: { policy } }: Values<'followUp'>,
  folder: string | undefined,
): PolicyText | undefined {
  if (policy !== undefined)
    return policy.toLowerCase() === 'none' ? undefined : { text: policy, from: 'FOLLOW_UP_POLICY' };
  const path = folder && join(folder, policyFile);
  return path && existsSync(path) ? { text: readFileSync(path, 'utf8'), from: policyFile } : undefined;
}
