import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { checkKey } from "./session/check-key.ts";
import { isLoopbackHost, LOOPBACK_ROOT, type SignedIn } from "./session/signed-in.ts";
import { EnterForm } from "./shared/enter-form.tsx";
import { inBackground } from "./shared/in-background.ts";
import { callErrorText } from "./wire/call-error.ts";

const FAILING = "Nobody could be signed in";

/** Takes a key, and asks STS who it belongs to before it is kept. */
export function SignInPage({ onSignIn }: { readonly onSignIn: (key: SignedIn) => void }) {
  const [accessKeyId, setAccessKeyId] = useState("");
  const [secretAccessKey, setSecretAccessKey] = useState("");
  const [sessionToken, setSessionToken] = useState("");
  const [error, setError] = useState<unknown>();
  const [checking, setChecking] = useState(false);

  const signIn = async (key: SignedIn) => {
    setChecking(true);
    setError(undefined);
    try {
      await checkKey(key);
      onSignIn(key);
    } catch (failure) {
      setError(failure);
      setChecking(false);
    }
  };
  const given = {
    accessKeyId: accessKeyId.trim(),
    secretAccessKey: secretAccessKey.trim(),
    ...(sessionToken.trim() === "" ? {} : { sessionToken: sessionToken.trim() }),
  };
  return (
    <main className="sign-in">
      <SpaceBetween size="l">
        <Box variant="h1" textAlign="center" padding={{ top: "xxxl" }}>
          Rolecast
        </Box>
        <Container header={<Header variant="h2">Sign in with an access key</Header>}>
          <EnterForm onSubmit={() => inBackground(FAILING, signIn(given))}>
            <Form
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  {isLoopbackHost(window.location.hostname) && (
                    <Button
                      formAction="none"
                      disabled={checking}
                      onClick={() => inBackground(FAILING, signIn(LOOPBACK_ROOT))}
                    >
                      Sign in as root (test/test)
                    </Button>
                  )}
                  <Button
                    variant="primary"
                    loading={checking}
                    disabled={given.accessKeyId === "" || given.secretAccessKey === ""}
                  >
                    Sign in
                  </Button>
                </SpaceBetween>
              }
            >
              <SpaceBetween size="m">
                {error !== undefined && <SignInFailure error={error} />}
                <FormField label="Access key ID">
                  <Input
                    value={accessKeyId}
                    autoFocus
                    autoComplete={false}
                    spellcheck={false}
                    onChange={({ detail }) => setAccessKeyId(detail.value)}
                  />
                </FormField>
                <FormField label="Secret access key">
                  <Input
                    type="password"
                    autoComplete={false}
                    value={secretAccessKey}
                    onChange={({ detail }) => setSecretAccessKey(detail.value)}
                  />
                </FormField>
                <FormField
                  label="Session token"
                  description="Only temporary keys have one: those of a role or of GetSessionToken."
                >
                  <Input
                    value={sessionToken}
                    autoComplete={false}
                    spellcheck={false}
                    onChange={({ detail }) => setSessionToken(detail.value)}
                  />
                </FormField>
                <Box color="text-body-secondary" fontSize="body-s">
                  The key stays in this browser's tabs, until the last one is closed. It signs
                  requests to this server, and is never sent.
                </Box>
              </SpaceBetween>
            </Form>
          </EnterForm>
        </Container>
      </SpaceBetween>
    </main>
  );
}

function SignInFailure({ error }: { readonly error: unknown }) {
  const { code, sentence } = callErrorText(error);
  return (
    <Alert type="error" header="Not signed in">
      {code}: {sentence}
    </Alert>
  );
}
