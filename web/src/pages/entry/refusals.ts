// Why a sign-in elsewhere, or by a link, did not work: the server sends a word, and this is what people read.

const SENTENCES: Record<string, string> = {
  access_denied: "You cancelled the sign-in at {provider}.",
  email_not_verified: "{provider} does not vouch for an e-mail address of your account. Verify one there first.",
  id_token_invalid: "What {provider} said about you could not be trusted. Try again.",
  invalid_link: "This link is unknown. Ask for a new one.",
  invalid_state: "This sign-in was not begun in this browser, or it took too long. Try again.",
  link_expired: "This link is too old. Ask for a new one.",
  link_used: "This link was used already. Ask for a new one.",
  not_invited: "Nobody here knows your address. Ask an admin of your workspace to invite you.",
  other_account_linked: "Another account at {provider} is linked to your address. Sign in with that one.",
  provider_not_configured: "Nobody can sign in with {provider} here.",
  provider_refused: "{provider} refused the sign-in. Try again.",
  provider_unreachable: "{provider} does not answer. Try again later.",
};

/** What to say about a word of the address. A word that nobody here knows says no more than that it failed. */
export function refusal(word: string, provider: string | undefined): string {
  const sentence = Object.hasOwn(SENTENCES, word) ? SENTENCES[word] : undefined;
  return (sentence ?? "The sign-in did not work. Try again.").replace("{provider}", provider ?? "The provider");
}
