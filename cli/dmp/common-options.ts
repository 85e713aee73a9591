import { Option, type Command } from 'commander';

const SECRETS_AND_CODES = `
Secrets:
  HMAC_SECRETS  the first of them signs; without it, local-secret on this machine
  BASIC_AUTH    user:password, where intake wants them
  Neither is ever needed on the command line, where others on this machine can read it.

Exit codes:
  0  done: every call was answered 200
  1  something was refused or not answered, or Ctrl-C came first; the output says what to do next
  2  wrong usage or configuration`;

/** Adds the options that say where the DMP is played at. */
export function addTargetOptions(command: Command): Command {
  return command
    .option('--url <url>', 'intake; https, or http on this machine (http://127.0.0.1:$PORT)')
    .addOption(
      new Option('--secret <text>', 'the secret; others on this machine can read it').conflicts([
        'secretFile',
        'askSecret',
      ]),
    )
    .addOption(
      new Option('--secret-file <path>', 'the secret is in this file').conflicts('askSecret'),
    )
    .option('--ask-secret', 'ask for the secret on the terminal')
    .option('--basic-auth-file <path>', 'user:password are in this file')
    .option('--json', 'write JSON');
}

/** The examples of a command of `dmp`, and what holds for all of them. */
export function examples(...lines: readonly string[]): string {
  const commands = lines.map((line) => `  audience-relay dmp ${line}`).join('\n');
  return `\nExamples:\n${commands}\n${SECRETS_AND_CODES}`;
}
