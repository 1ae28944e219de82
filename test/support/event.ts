// Which cases of the contract are about events: the others are alike with and without them.
export const ABOUT_EVENTS = /\bevents?\b/
