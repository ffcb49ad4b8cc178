/** Browsers may refuse, and have no clipboard for pages by plain HTTP: then a button copies. */
export async function copied(text: string): Promise<boolean> {
  const { clipboard }: { readonly clipboard?: Clipboard } = navigator;
  return (
    clipboard?.writeText(text).then(
      () => true,
      () => false,
    ) ?? false
  );
}
