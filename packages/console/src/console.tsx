import { useCallback, useState } from "react";
import { Frame } from "./frame.tsx";
import {
  rememberedKey,
  rememberedRegion,
  rememberKey,
  rememberRegion,
  type SignedIn,
} from "./session/signed-in.ts";
import { NoticesProvider } from "./shared/notices.tsx";
import { SignInPage } from "./sign-in-page.tsx";
import { AwsProvider } from "./wire/aws-context.tsx";

/** The whole console: the sign-in page, or the pages of the user who is signed in, in a Region. */
export function Console() {
  const [signedIn, setSignedIn] = useState(rememberedKey);
  const [region, setRegion] = useState(rememberedRegion);
  const sign = useCallback((key: SignedIn | undefined) => {
    rememberKey(key);
    setSignedIn(key);
  }, []);
  const signOut = useCallback(() => sign(undefined), [sign]);
  if (!signedIn) return <SignInPage onSignIn={sign} />;
  return (
    <AwsProvider signedIn={signedIn} region={region} onSignOut={signOut}>
      <NoticesProvider>
        <Frame
          onRegion={(name) => {
            rememberRegion(name);
            setRegion(name);
          }}
        />
      </NoticesProvider>
    </AwsProvider>
  );
}
