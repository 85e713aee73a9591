import type { Command } from 'commander';

const START_TEXT = `
Examples:
  audience-relay start
  PORT=9000 PANGOLIN_PORT=9001 audience-relay start
  DESTINATION_DESCRIPTION=my-platform.json audience-relay start

Environment:
  PORT           of intake and user sync (8080; 0 takes a free one)
  PANGOLIN_PORT  of the fake platform (8090; 0 takes a free one)
  HMAC_SECRETS   comma-separated, the newest first (local-secret)
  BASIC_AUTH     user:password, where intake is to demand them
  DESTINATION    ids of destinations, comma-separated (pangolin)
  The README's table of settings has the others.

Exit codes:
  0  ended by Ctrl-C or SIGTERM
  1  it could not be started; the output says what to do next
  2  wrong usage`;

const DEMO_TEXT = `
Examples:
  audience-relay demo
  LOG_LEVEL=info audience-relay demo

Exit codes:
  0  the members are exactly the expected ones
  1  they are not, or the demo could not be played; the output says what to do next
  2  wrong usage`;

/** Adds `start` and `demo`. */
export function addStackCommands(program: Command): void {
  program
    .command('start')
    .description('the whole relay on this machine, with a fake platform, until Ctrl-C')
    .addHelpText('after', START_TEXT)
    .action(async () => {
      // The stack brings Google's clients along; no other command waits for them to load.
      const { start } = await import('./start.ts');
      await start();
    });

  program
    .command('demo')
    .description('play the DMP against a relay of its own: 1,000 users added, 100 of them removed')
    .addHelpText('after', DEMO_TEXT)
    .action(async () => {
      const { demo } = await import('./demo.ts');
      await demo();
    });
}
