# rolecast start; terraform init && terraform apply
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_credentials_validation = true
  s3_use_path_style           = true

  # All that Rolecast has; a service that is left out is asked at AWS.
  endpoints {
    cloudtrail = "http://127.0.0.1:4566"
    cloudwatch = "http://127.0.0.1:4566"
    events     = "http://127.0.0.1:4566"
    iam        = "http://127.0.0.1:4566"
    ivs        = "http://127.0.0.1:4566"
    s3         = "http://127.0.0.1:4566"
    # The provider puts the account's id before this name, which resolves to this machine.
    s3control  = "http://localhost.localstack.cloud:4566"
    sts        = "http://127.0.0.1:4566"
  }
}

# Without it, the first recording configuration makes the role, and `destroy` leaves it behind.
resource "aws_iam_service_linked_role" "recording" {
  aws_service_name = "ivs.amazonaws.com"
}

resource "aws_s3_bucket" "shows" {
  bucket        = "shows"
  force_destroy = true
  tags          = { show = "evening" }
}

resource "aws_ivs_recording_configuration" "shows" {
  name = "shows"
  destination_configuration {
    s3 {
      bucket_name = aws_s3_bucket.shows.bucket
    }
  }
  depends_on = [aws_iam_service_linked_role.recording]
}

resource "aws_ivs_channel" "evening" {
  name                        = "evening"
  type                        = "BASIC"
  recording_configuration_arn = aws_ivs_recording_configuration.shows.arn
  tags                        = { show = "evening" }
}
