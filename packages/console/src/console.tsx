import { lazy, Suspense, startTransition, useCallback, useEffect, useState } from "react";
import { Frame } from "./frame.tsx";
import { WATCH_PATH } from "./pages/ivs/watch-link.ts";
import { JOIN_PATH } from "./pages/ivs-realtime/join-link.ts";
import { ROOT_GREETING } from "./root-greeting.tsx";
import { goTo, SIGN_IN_PATH, usePlace } from "./routing/hash-route.ts";
import type { Session } from "./session/open-session.ts";
import {
  rememberedRegion,
  rememberKey,
  rememberRegion,
  type SignedIn,
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
const JoinPage = lazy(async () => ({
  default: (await import("./pages/join-page.tsx")).JoinPage,
}));

/** The whole console: the sign-in page, or the pages of the user who is signed in, in a Region. */
export function Console({ session }: { readonly session: Session }) {
  const [signedIn, setSignedIn] = useState(session.key);
  const [region, setRegion] = useState(rememberedRegion);
  const { path, query } = usePlace();
  const signingIn = path === SIGN_IN_PATH;
  const sign = useCallback((key: SignedIn | undefined) => {
    rememberKey(key);
    setSignedIn(key);
  }, []);
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
  if (path === JOIN_PATH) {
    return (
      <Suspense>
        <JoinPage query={query} />
      </Suspense>
    );
  }
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
  const isGreeted = session.isGreeted && signedIn === session.key;
  return (
    <AwsProvider signedIn={signedIn} region={region} onSignOut={signOut}>
      <NoticesProvider greeting={isGreeted ? ROOT_GREETING : undefined}>
        <Frame
          onRegion={(name) => {
            rememberRegion(name);
            startTransition(() => setRegion(name));
          }}
        />
      </NoticesProvider>
    </AwsProvider>
  );
}
