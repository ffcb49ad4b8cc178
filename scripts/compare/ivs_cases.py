"""IVS: channels, keys, recording configurations."""

from cases import bucket, case, client, expect, ivs, name, policy, refuses, until, user_with

SERVICE = "IVS"
NONE = "arn:aws:ivs:us-east-1:000000000000:channel/abcdefABCDEF"


def channel(**more):
    return ivs.create_channel(name=name("channel"), **more)


@case(SERVICE, "a channel has an endpoint for encoders and one for players")
def _():
    made = channel()["channel"]
    expect(made["ingestEndpoint"] != "", "no ingest endpoint")
    expect(made["playbackUrl"].endswith(".m3u8"), made["playbackUrl"])
    expect(made["latencyMode"] == "LOW" and made["type"] == "STANDARD", str(made))


@case(SERVICE, "a channel has one stream key, a second one is refused")
def _():
    made = channel()
    expect(made["streamKey"]["value"].startswith("sk_"), made["streamKey"]["value"])
    arn = made["channel"]["arn"]
    refuses(["ServiceQuotaExceededException"], ivs.create_stream_key, channelArn=arn)


@case(SERVICE, "a name that AWS's pattern forbids is refused")
def _():
    refuses(["ValidationException"], ivs.create_channel, name="no spaces")


@case(SERVICE, "a channel that isn't there has its code")
def _():
    refuses(["ResourceNotFoundException"], ivs.get_channel, arn=NONE)


@case(SERVICE, "a channel that nobody streams to isn't broadcasting")
def _():
    arn = channel()["channel"]["arn"]
    refuses(["ChannelNotBroadcasting"], ivs.get_stream, channelArn=arn)
    refuses(["ChannelNotBroadcasting"], ivs.stop_stream, channelArn=arn)
    refuses(["ChannelNotBroadcasting"], ivs.put_metadata, channelArn=arn, metadata="m")


@case(SERVICE, "tags are kept, shown and removed")
def _():
    arn = channel(tags={"a": "1"})["channel"]["arn"]
    ivs.tag_resource(resourceArn=arn, tags={"b": "2"})
    ivs.untag_resource(resourceArn=arn, tagKeys=["a"])
    tags = ivs.list_tags_for_resource(resourceArn=arn)["tags"]
    expect(tags == {"b": "2"}, str(tags))


@case(SERVICE, "lists have pages, and find channels by name")
def _():
    wanted = channel()["channel"]
    channel()
    page = ivs.list_channels(maxResults=1)
    expect(len(page["channels"]) == 1 and page.get("nextToken"), "one page")
    found = ivs.list_channels(filterByName=wanted["name"])["channels"]
    expect([one["arn"] for one in found] == [wanted["arn"]], str(len(found)))


@case(SERVICE, "a recording configuration becomes active, and records a channel")
def _():
    target = {"s3": {"bucketName": bucket()}}
    made = ivs.create_recording_configuration(destinationConfiguration=target)
    arn = made["recordingConfiguration"]["arn"]

    def state():
        got = ivs.get_recording_configuration(arn=arn)["recordingConfiguration"]
        return got["state"] == "ACTIVE"

    until(state, "active")
    recorded = channel(recordingConfigurationArn=arn)["channel"]["arn"]
    refuses(["ConflictException"], ivs.delete_recording_configuration, arn=arn)
    ivs.delete_channel(arn=recorded)
    ivs.delete_recording_configuration(arn=arn)


@case(SERVICE, "a public key that is none is refused")
def _():
    public = """-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEqrDLTHgJmzMkCKvAEHlyPKQLTJPpDSFb
-----END PUBLIC KEY-----
"""
    refuses(["ValidationException"], ivs.import_playback_key_pair, publicKeyMaterial=public)


@case(SERVICE, "a user may do what a policy allows, and no more")
def _():
    arn = channel()["channel"]["arn"]
    _user, key = user_with(policy("Allow", "ivs:GetChannel"))
    theirs = client("ivs", key)
    theirs.get_channel(arn=arn)
    refuses(["AccessDeniedException"], theirs.delete_channel, arn=arn)


@case(SERVICE, "a user who may not create the service-linked role can't record")
def _():
    made = bucket()
    _user, key = user_with(policy("Allow", ["ivs:*", "s3:*"]))
    target = {"destinationConfiguration": {"s3": {"bucketName": made}}}
    create = client("ivs", key).create_recording_configuration
    from role_cases import deletion, the_role

    the_role()
    until(lambda: deletion()["Status"] == "SUCCEEDED", "without the role")
    refuses(["AccessDeniedException"], create, **target)
