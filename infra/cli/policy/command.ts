import { Command } from 'commander';
import { checkCommand } from './check.ts';
import { explainCommand } from './explain.ts';
import { policyHere } from './read.ts';
import { testCommand } from './test.ts';

export function policyCommand(): Command {
  return new Command('policy')
    .description('see what a policy says, whether it is right, and whether its channels work')
    .addCommand(checkCommand())
    .addCommand(explainCommand())
    .addCommand(testCommand(policyHere));
}
