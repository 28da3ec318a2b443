/**
 * The secret by which this page draws, gives arms and makes codes. Everybody knows it, so no shop is to run a program with it; it
 * is always the same, for a link is to show everybody the same.
 */
export const SECRET = "the playground's open secret";
