import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { Frame } from "./frame.tsx";
import { WATCH_PATH } from "./pages/ivs/watch-link.ts";
import { ROOT_GREETING } from "./root-greeting.tsx";
import { goTo, SIGN_IN_PATH, usePlace } from "./routing/hash-route.ts";
import { findKey } from "./session/find-key.ts";
import {
  rememberedKey,
  rememberedRegion,
  rememberKey,
  rememberRegion,
  type SignedIn,
  wasSignedOut,
} from "./session/signed-in.ts";
import { answerOtherTabs, signOutOtherTabs } from "./session/tab-handover.ts";
import { NoticesProvider } from "./shared/notices.tsx";
import { AwsProvider } from "./wire/aws-context.tsx";

const SignInPage = lazy(async () => ({
  default: (await import("./sign-in-page.tsx")).SignInPage,
}));
const WatchPage = lazy(async () => ({
  default: (await import("./pages/watch-page.tsx")).WatchPage,
}));

/** The whole console: the sign-in page, or the pages of the user who is signed in, in a Region. */
export function Console() {
  const [signedIn, setSignedIn] = useState(rememberedKey);
  const [region, setRegion] = useState(rememberedRegion);
  const { path, query } = usePlace();
  const signingIn = path === SIGN_IN_PATH;
  const sign = useCallback((key: SignedIn | undefined) => {
    rememberKey(key);
    setSignedIn(key);
  }, []);
  const [looking, stopLooking] = useState(
    () => !signedIn && !signingIn && path !== WATCH_PATH && !wasSignedOut(),
  );
  const [greeted, setGreeted] = useState(false);
  useEffect(() => {
    if (!looking) return;
    void findKey().then(({ key, isHandedOver }) => {
      if (key) sign(key);
      setGreeted(key !== undefined && !isHandedOver);
      stopLooking(false);
    });
  }, [looking, sign]);
  useEffect(
    () => (signedIn ? answerOtherTabs(signedIn, () => sign(undefined)) : undefined),
    [signedIn, sign],
  );
  const signOut = useCallback(() => {
    if (signedIn) signOutOtherTabs(signedIn);
    sign(undefined);
  }, [signedIn, sign]);
  if (path === WATCH_PATH) {
    return (
      <Suspense>
        <WatchPage query={query} />
      </Suspense>
    );
  }
  if (looking) return null;
  if (!signedIn || signingIn) {
    return (
      <Suspense>
        <SignInPage
          onSignIn={(key) => {
            sign(key);
            if (signingIn) goTo("#/");
          }}
        />
      </Suspense>
    );
  }
  return (
    <AwsProvider signedIn={signedIn} region={region} onSignOut={signOut}>
      <NoticesProvider greeting={greeted ? ROOT_GREETING : undefined}>
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
