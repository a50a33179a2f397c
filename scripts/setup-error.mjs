/** What went wrong while preparing this checkout, in one message for the person at the keyboard: no stack, and what to do. */
export class SetupError extends Error {}
