import { Command } from 'commander';
import { addAudienceCommands } from './audiences/add-audience-commands.ts';
import { addDestinationCommands } from './destination/add-destination-commands.ts';
import { addDeadLetterCommands } from './dead-letters/add-dead-letter-commands.ts';
import { addDmpCommands } from './dmp/add-dmp-commands.ts';
import { addDoctorCommand } from './doctor/add-doctor-command.ts';
import { addStackCommands } from './stack/add-stack-commands.ts';

const EXAMPLES_AND_CODES = `
Examples:
  audience-relay dead-letters list
  audience-relay dead-letters replay --dry-run
  audience-relay start
  audience-relay dmp create a.1 --name 'My audience'
  audience-relay dmp add a.1 user-1 user-2
  audience-relay audiences list
  audience-relay destination check my-platform.json
  audience-relay doctor
  audience-relay help dead-letters

Exit codes:
  0  done
  1  something could not be done; the output says what to do next
  2  wrong usage`;

/** The whole command line; every group of commands adds itself. */
export function createProgram(): Command {
  const program = new Command('audience-relay')
    .description('Works on an Audience Relay: the local stack, or a deployment; and plays the DMP.')
    .exitOverride()
    .showHelpAfterError('(--help tells more, with examples)')
    .addHelpText('after', EXAMPLES_AND_CODES);
  addStackCommands(program);
  addDmpCommands(program);
  addAudienceCommands(program);
  addDeadLetterCommands(program);
  addDestinationCommands(program);
  addDoctorCommand(program);
  return program;
}
