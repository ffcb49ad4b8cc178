import type { Surroundings } from "./resource-samples.ts";
import { type Sample, TAGS } from "./sample-words.ts";

const putting = (bus: string) => ({
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::111122223333:root" },
  Action: "events:PutEvents",
  Resource: `arn:aws:events:us-east-1:000000000000:event-bus/${bus}`,
});

const busPolicy = (bus: string) => ({
  Version: "2012-10-17",
  Statement: [{ Sid: "put", ...putting(bus) }],
});

/** The types of EventBridge. */
export function eventsSamples({ connectionArn, defaultBusArn }: Surroundings): readonly Sample[] {
  const pattern = { source: ["aws.ivs"] };
  return [
    {
      typeName: "AWS::Events::Rule",
      create: { Name: "live", EventPattern: pattern, Tags: TAGS },
      update: { Name: "live", Description: "live", EventPattern: pattern, State: "DISABLED" },
    },
    {
      typeName: "AWS::Events::Archive",
      create: { ArchiveName: "takes", SourceArn: defaultBusArn, EventPattern: pattern },
      update: {
        ...{ ArchiveName: "takes", SourceArn: defaultBusArn },
        ...{ Description: "all of them", RetentionDays: 3 },
      },
    },
    {
      typeName: "AWS::Events::EventBus",
      create: { Name: "studio", Policy: busPolicy("studio"), Tags: TAGS },
      update: { Name: "studio", Description: "of the studio" },
    },
    {
      typeName: "AWS::Events::EventBusPolicy",
      create: { EventBusName: "default", StatementId: "put", Statement: putting("default") },
      update: {
        ...{ EventBusName: "default", StatementId: "put" },
        Statement: { ...putting("default"), Action: "events:*" },
      },
    },
    {
      typeName: "AWS::Events::Connection",
      create: {
        Name: "door",
        AuthorizationType: "BASIC",
        AuthParameters: { BasicAuthParameters: { Username: "ada", Password: "secret" } },
      },
      update: {
        Name: "door",
        Description: "opens",
        AuthorizationType: "OAUTH_CLIENT_CREDENTIALS",
        AuthParameters: {
          OAuthParameters: {
            AuthorizationEndpoint: "http://127.0.0.1:9/token",
            HttpMethod: "POST",
            ClientParameters: { ClientID: "ada", ClientSecret: "other" },
          },
        },
      },
      unread: ["AuthParameters"],
    },
    {
      typeName: "AWS::Events::ApiDestination",
      create: {
        Name: "hook",
        ConnectionArn: connectionArn,
        HttpMethod: "POST",
        InvocationEndpoint: "https://hook.example/one",
      },
      update: {
        Name: "hook",
        ConnectionArn: connectionArn,
        HttpMethod: "PUT",
        InvocationEndpoint: "https://hook.example/two",
        InvocationRateLimitPerSecond: 5,
      },
    },
  ];
}
