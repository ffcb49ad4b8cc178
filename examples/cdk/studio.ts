import { App, CfnOutput, RemovalPolicy, Stack } from "aws-cdk-lib";
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnChannel, CfnRecordingConfiguration, CfnStreamKey } from "aws-cdk-lib/aws-ivs";
import { Bucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";

/** A channel whose streams are recorded into a bucket, and a role that may read the recordings. */
class Studio extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const recordings = new Bucket(this, "Recordings", { removalPolicy: RemovalPolicy.DESTROY });
    const configuration = new CfnRecordingConfiguration(this, "ToBucket", {
      name: "studio",
      destinationConfiguration: { s3: { bucketName: recordings.bucketName } },
      recordingReconnectWindowSeconds: 0,
    });
    const channel = new CfnChannel(this, "Channel", {
      name: "studio",
      type: "BASIC",
      insecureIngest: true,
      recordingConfigurationArn: configuration.attrArn,
    });
    const key = new CfnStreamKey(this, "StreamKey", { channelArn: channel.attrArn });
    const reader = new Role(this, "Reader", {
      assumedBy: new ServicePrincipal("ec2.amazonaws.com"),
    });
    recordings.grantRead(reader);
    new ManagedPolicy(this, "Watch", {
      roles: [reader],
      statements: [
        new PolicyStatement({ actions: ["ivs:GetStream"], resources: [channel.attrArn] }),
      ],
    });

    new CfnOutput(this, "Bucket", { value: recordings.bucketName });
    new CfnOutput(this, "ChannelArn", { value: channel.attrArn });
    new CfnOutput(this, "IngestEndpoint", { value: channel.attrIngestEndpoint });
    new CfnOutput(this, "PlaybackUrl", { value: channel.attrPlaybackUrl });
    new CfnOutput(this, "StreamKeyArn", { value: key.attrArn });
  }
}

const app = new App();
new Studio(app, app.node.tryGetContext("name") ?? "Studio");
