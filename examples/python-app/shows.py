"""The application: every show is a channel of its own, recorded into the company's bucket."""


def open_show(ivs, title, bucket):
    configuration = ivs.create_recording_configuration(
        name=title, destinationConfiguration={"s3": {"bucketName": bucket}}
    )["recordingConfiguration"]
    created = ivs.create_channel(
        name=title, type="BASIC", recordingConfigurationArn=configuration["arn"]
    )
    channel, key = created["channel"], created["streamKey"]
    return {
        "ingest": f"rtmps://{channel['ingestEndpoint']}/app/{key['value']}",
        "playback_url": channel["playbackUrl"],
        "recording_configuration": configuration["arn"],
    }
