/** The relay in one process, its Pangolin at DESTINATION_BASE_URL, MEMBERS_PER_CALL at a time. */
import { createServer } from 'node:http';
import { environment, readConfig } from '../../shared/config.ts';
import { createLogger } from '../../shared/logger.ts';
import { createCountedRelay } from './counted-relay.ts';
import { serve } from './serve.ts';

const { DESTINATION_BASE_URL: baseUrl = '', MEMBERS_PER_CALL } = environment;
const config = readConfig('localStack');
const log = createLogger(config.LOG_LEVEL);
const counts = { messages: 0, messageBytes: 0, mapReads: 0 };
const membersPerCall = Number(MEMBERS_PER_CALL);
const handler = createCountedRelay({ baseUrl, membersPerCall, config, log, counts });
serve(
  createServer((request, response) => void handler(request, response)),
  counts,
);
