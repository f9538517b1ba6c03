"""A deployed FOQUS cloud as its lambdas make and serve it, by boto3 (cloud-protocol, sections 1 to 4).

To be run with `client(service)`, a boto3 client, and `given` in sight; the functions return what the tests look at.
"""

import json
import time
import uuid

USER = "alice"


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime()) + "%03dZ" % (time.time() * 1000 % 1000)


def set_up(name, witnesses=True, outputs=False):
    """Buckets, table, topics, and queues that are subscribed to them, some of them only to look at what is told."""
    sqs, sns, s3 = client("sqs"), client("sns"), client("s3")
    for bucket in (name + "-sims", name + "-sessions"):
        s3.create_bucket(Bucket=bucket)
    client("dynamodb").create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "Type", "KeyType": "HASH"}, {"AttributeName": "Id", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("Type", "Id")])
    made = {"simulations": name + "-sims", "sessions": name + "-sessions", "table": name}
    for topic in ("update", "message", "alert"):
        made[topic] = sns.create_topic(Name=f"{name}-{topic}")["TopicArn"]

    def queue(role, topic, **attributes):
        url = sqs.create_queue(QueueName=f"{name}-{role}", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                 "Resource": arn}
        sqs.set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allow]})})
        sns.subscribe(TopicArn=made[topic], Protocol="sqs", Endpoint=arn, Attributes=attributes)
        made[role] = url

    # The worker reads the attributes of the message itself, so that delivery is raw.
    queue("jobs", "update", RawMessageDelivery="true", FilterPolicy=json.dumps({"event": ["job.submit"]}))
    queue("processor", "update")  # in place of the lambda foqus-sns-update
    if witnesses:
        queue("witness", "update", RawMessageDelivery="true")
        queue("texts", "message", RawMessageDelivery="true")
    if outputs:
        queue("outputs", "update", RawMessageDelivery="true", FilterPolicy=json.dumps({"event": ["job.unknown"]}))
    return made


def put_simulation(cloud, name, content):
    client("s3").put_object(Bucket=cloud["simulations"], Key=f"{USER}/{name}/session.foqus", Body=content.encode())


def submit(cloud, simulation, inputs):
    """As post-session-append and post-session-start do it."""
    session, created = str(uuid.uuid4()), now()
    jobs = [
        {"Simulation": simulation, "Input": values, "Reset": False, "Initialize": False, "Id": str(uuid.uuid4())}
        for values in inputs]
    for begin in range(0, len(jobs), 25):
        client("dynamodb").batch_write_item(RequestItems={cloud["table"]: [
            {"PutRequest": {"Item": {
                "Id": {"S": job["Id"]}, "Type": {"S": "Job"}, "State": {"S": "create"}, "Create": {"S": created},
                "SessionId": {"S": session}, "User": {"S": USER}, "Initialize": {"BOOL": False},
                "Reset": {"BOOL": False}, "Input": attribute(job["Input"]), "TTL": {"N": str(int(time.time()) + 43200)},
                "Simulation": {"S": simulation}, "Application": {"S": "foqus"}}}}
            for job in jobs[begin:begin + 25]]})
    sns = client("sns")
    publish = lambda message, **attributes: sns.publish(
        TopicArn=cloud["update"], Message=message,
        MessageAttributes={key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()})
    publish(f"session.start.{session}", event=f"session.start.{session}", session=session, username=USER)
    for job in jobs:
        publish(
            json.dumps({**job, "resource": "job", "status": "submit", "jobid": job["Id"], "sessionid": session,
                        "event": "status"}),
            event="job.submit", session=session, job=job["Id"], username=USER, application="foqus")
    return {"session": session, "jobs": [job["Id"] for job in jobs]}


def attribute(value):
    if isinstance(value, dict):
        return {"M": {key: attribute(member) for key, member in value.items()}}
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": repr(value)} if isinstance(value, (int, float)) else {"S": str(value)}


def take(url, wait=1):
    """All messages that are there; each once."""
    sqs, taken = client("sqs"), []
    while True:
        messages = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait, MessageAttributeNames=["All"]).get("Messages", [])
        if not messages:
            return taken
        sqs.delete_message_batch(
            QueueUrl=url,
            Entries=[{"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
                     for index, message in enumerate(messages)])
        for message in messages:
            attributes = {key: value["StringValue"] for key, value in message.get("MessageAttributes", {}).items()}
            taken.append({"body": message["Body"], "attributes": attributes})


def process(cloud):
    """What the lambda foqus-sns-update does with what is there; the outcome of each end (3.1)."""
    for message in take(cloud["processor"]):
        envelope = json.loads(message["body"])
        attributes = {key: value["Value"] for key, value in envelope["MessageAttributes"].items()}
        if attributes["event"].startswith("session."):
            continue
        body = json.loads(envelope["Message"])
        for event in body if isinstance(body, list) else [body]:
            if event["resource"] == "job":
                process_job(cloud, event, attributes["username"])


def process_job(cloud, event, user):
    table, key = client("dynamodb"), {"Type": {"S": "Job"}, "Id": {"S": event["jobid"]}}
    stamp, ttl = now(), {"N": str(int(time.time()) + 86400)}

    def update(expression, values, names, **more):
        return table.update_item(
            TableName=cloud["table"], Key=key, UpdateExpression=expression, ReturnValues="ALL_NEW",
            ExpressionAttributeValues=values, ExpressionAttributeNames={"#t": "TTL", **names}, **more)["Attributes"]

    if event["event"] == "output":
        update("SET #o = :o, #t = :t", {":o": {"S": json.dumps(event["value"])}, ":t": ttl}, {"#o": "output"})
    elif event["status"] in ("submit", "setup", "running"):
        update("SET #s = :s, #t = :t", {":s": {"S": stamp}, ":t": ttl}, {"#s": event["status"]})
    else:
        item = update(
            "SET #f = :f, #s = :s, #c = :c, #t = :t",
            {":f": {"S": stamp}, ":s": {"S": event["status"]}, ":c": {"S": event["consumer"]}, ":t": ttl},
            {"#f": "Finished", "#s": "State", "#c": "ConsumerId"})
        if event["status"] == "success" and "output" not in item:
            return  # as the lambda, which fails then: the record is missing for ever
        record = {"Id": event["jobid"], "State": event["status"], "Message": event.get("message"),
                  "Output": json.loads(item["output"]["S"]) if "output" in item else None}
        client("s3").put_object(
            Bucket=cloud["sessions"], Body=json.dumps(record).encode(),
            Key=f"{user}/session/{event['sessionid']}/finished/{int(time.time() * 1000)}/{event['status']}/"
                f"{event['jobid']}.json")


def finished(cloud, session):
    """The finished records of a session, and the keys of its jobs' files."""
    s3, prefix, keys = client("s3"), f"{USER}/session/{session}/", []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=cloud["sessions"], Prefix=prefix):
        keys += [entry["Key"] for entry in page.get("Contents", [])]
    records = [
        json.loads(s3.get_object(Bucket=cloud["sessions"], Key=key)["Body"].read())
        for key in keys if key.startswith(prefix + "finished/")]
    return {"records": records, "files": [key[len(prefix):] for key in keys if "/job/" in key]}


def counts(instance):
    """The greatest values of the worker's metrics, by event or state."""
    found = {}
    for metric in client("cloudwatch").list_metrics(Namespace="foqus-cloud-backend")["Metrics"]:
        dimensions = {entry["Name"]: entry["Value"] for entry in metric["Dimensions"]}
        if dimensions.get("instance_id") != instance:
            continue
        values = client("cloudwatch").get_metric_statistics(
            Namespace="foqus-cloud-backend", MetricName=metric["MetricName"], Dimensions=metric["Dimensions"],
            StartTime=time.time() - 3600, EndTime=time.time() + 60, Period=3600, Statistics=["Maximum"])["Datapoints"]
        name = dimensions.get("event") or dimensions.get("state")
        found[f"{metric['MetricName']}:{name}"] = max([value["Maximum"] for value in values], default=0)
    return found
