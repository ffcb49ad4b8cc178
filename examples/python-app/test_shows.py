"""python3 -m unittest, beside an installed Rolecast."""

import unittest

import boto3
from botocore.exceptions import ClientError
from rolecast import Rolecast
from shows import open_show

ROLE = "AWSServiceRoleForIVSRecordToS3"


class ShowsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Rolecast()
        cls.addClassCleanup(cls.server.stop)
        options = cls.server.client_options()
        cls.iam, cls.ivs, cls.s3 = (boto3.client(name, **options) for name in ("iam", "ivs", "s3"))

    def setUp(self):
        self.addCleanup(self.server.reset)
        self.s3.create_bucket(Bucket="shows")

    def test_a_show_can_be_streamed_to_and_watched(self):
        show = open_show(self.ivs, "evening", "shows")
        self.assertRegex(show["ingest"], r"^rtmps://.+/app/sk_")
        self.assertIn(".m3u8", show["playback_url"])

    def test_the_role_stays_while_a_recording_configuration_needs_it(self):
        open_show(self.ivs, "evening", "shows")
        task = self.iam.delete_service_linked_role(RoleName=ROLE)["DeletionTaskId"]
        status = self.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
        while status["Status"] in ("NOT_STARTED", "IN_PROGRESS"):
            status = self.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
        self.assertEqual(status["Status"], "FAILED")
        self.assertEqual(self.iam.get_role(RoleName=ROLE)["Role"]["RoleName"], ROLE)

    def test_each_test_begins_empty(self):
        with self.assertRaises(ClientError) as refused:
            self.iam.get_role(RoleName=ROLE)
        self.assertEqual(refused.exception.response["Error"]["Code"], "NoSuchEntity")


if __name__ == "__main__":
    unittest.main()
