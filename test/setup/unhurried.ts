/** Limits of the relay that a slow machine could break in a test of something else; a fresh emulator would as well (decision 24). */
export const UNHURRIED = { PUBLISH_TIMEOUT_MS: '60000' };
