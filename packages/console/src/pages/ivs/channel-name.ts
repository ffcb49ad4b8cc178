/** Source: IVS API Reference, CreateChannel: `[a-zA-Z0-9-_]*`, 128 characters at most. */
const NAME_CHARACTERS_MAX = 128;

/** The reason why IVS would refuse a name; empty when it takes it. */
export function channelNameFault(name: string): string {
  const wrong = [...name].find((character) => !/^[a-zA-Z0-9_-]$/.test(character));
  if (wrong !== undefined) {
    const shown = wrong === " " ? "A space" : `“${wrong}”`;
    return `${shown} can't be in it: letters, digits, hyphens and underscores can.`;
  }
  if (name.length <= NAME_CHARACTERS_MAX) return "";
  return `It has ${name.length} characters; ${NAME_CHARACTERS_MAX} are the most.`;
}
