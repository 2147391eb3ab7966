import { InvalidValue } from '../runtime/invalid-value.ts';
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
