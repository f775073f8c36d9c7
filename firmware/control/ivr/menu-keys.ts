/**
 * The keys of the mailbox menu. The sentences `messageMenu`, `mainMenu`, `greetingMenu`, `recordGreeting`, `enterPin`
 * and `greeting` say these very keys, in every language.
 *
 *     enterPin        the digits of the PIN, then #  (a pause of 4 s ends it as well)
 *     messageMenu     after (and during) each message:
 *                     1 again · 2 keep and next · 3 delete and next · # next · * main menu
 *     mainMenu        1 hear the messages · 0 greeting · # end
 *     greetingMenu    0 record a greeting · 1 remove it, the spoken one is played again · * main menu
 *     recordGreeting  speak after the tone; # ends, and it is stored
 *     greeting        (for callers) speak after the tone; # skips the greeting, and ends the message
 *
 * Every key works while a sentence or a message is still being played.
 */
export const messageKeys = { again: '1', keep: '2', delete: '3', next: '#', menu: '*' } as const;
export const mainKeys = { messages: '1', greeting: '0', end: '#' } as const;
export const greetingKeys = { record: '0', remove: '1', menu: '*' } as const;
/** Ends a PIN, a recording, a greeting that is heard. */
export const END_KEY = '#';
