"""A deployed FOQUS cloud as its lambdas make and serve it, by boto3 (cloud-protocol, sections 1 to 4).

To be run with `client(service)`, a boto3 client, and `given` in sight; the functions return what the tests look at.
"""

import json
import time
import uuid

USER = "alice"


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime()) + "%03dZ" % (time.time() * 1000 % 1000)


RAW = {"RawMessageDelivery": "true"}
SUBMITTED = {"FilterPolicy": json.dumps({"event": ["job.submit"]})}
OUTPUTS = {"FilterPolicy": json.dumps({"event": ["job.unknown"]})}
QUEUES = {
    # The worker reads the attributes of the message itself, so that delivery is raw.
    "jobs": ("update", {**RAW, **SUBMITTED}),
    "processor": ("update", {}),  # in place of the lambda foqus-sns-update
    "outputs": ("update", {**RAW, **OUTPUTS}),
    "witness": ("update", RAW), "texts": ("message", RAW), "alerts": ("alert", RAW)}


def set_up(name, raw=True, queues=("jobs", "processor", "witness", "texts", "alerts")):
    """Buckets, table, topics, and queues that are subscribed to them."""
    made = {"simulations": name + "-sims", "sessions": name + "-sessions", "table": name}
    for role in ("simulations", "sessions", "table", "update", "message", "alert", *queues):
        make(made, role, raw)
    return made


def make(cloud, role, raw=True):
    """One thing of the cloud, with its subscriptions; again, when it was dropped."""
    name = cloud["table"]
    if role in ("simulations", "sessions"):
        client("s3").create_bucket(Bucket=cloud[role])
    elif role == "table":
        client("dynamodb").create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "Type", "KeyType": "HASH"}, {"AttributeName": "Id", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("Type", "Id")])
    elif role in QUEUES:
        url = client("sqs").create_queue(
            QueueName=f"{name}-{role}", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
        allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                 "Resource": queue_arn(url)}
        client("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allow]})})
        cloud[role] = url
        subscribe(cloud, role, raw)
    else:
        cloud[role] = client("sns").create_topic(Name=f"{name}-{role}")["TopicArn"]
        for queue, (topic, _) in QUEUES.items():
            if topic == role and queue in cloud:
                subscribe(cloud, queue, raw)


def subscribe(cloud, queue, raw):
    topic, attributes = QUEUES[queue]
    if queue == "jobs" and not raw:
        attributes = SUBMITTED
    client("sns").subscribe(
        TopicArn=cloud[topic], Protocol="sqs", Endpoint=queue_arn(cloud[queue]), Attributes=attributes)


def queue_arn(url):
    return client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def drop(cloud, role):
    """Deletes one thing of the cloud, and returns what was in a table or a bucket."""
    if role in ("simulations", "sessions"):
        s3, bucket, kept = client("s3"), cloud[role], {}
        for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            kept[entry["Key"]] = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read().decode()
            s3.delete_object(Bucket=bucket, Key=entry["Key"])
        s3.delete_bucket(Bucket=bucket)
        return kept
    if role == "table":
        kept = client("dynamodb").scan(TableName=cloud["table"])["Items"]
        client("dynamodb").delete_table(TableName=cloud["table"])
        return kept
    if role in QUEUES:
        return client("sqs").delete_queue(QueueUrl=cloud[role]) and None
    return client("sns").delete_topic(TopicArn=cloud[role]) and None


def restore(cloud, role, kept):
    """Makes again what was dropped, with what was in it."""
    make(cloud, role)
    if role == "table":
        for item in kept:
            client("dynamodb").put_item(TableName=cloud["table"], Item=item)
    for key, text in (kept if role in ("simulations", "sessions") else {}).items():
        client("s3").put_object(Bucket=cloud[role], Key=key, Body=text.encode())


def worker_statements(cloud):
    """What the role of a deployed worker allows, and nothing that only says what is there."""
    account = ":".join(cloud["update"].split(":")[3:5])
    allow = lambda actions, *resources: {"Effect": "Allow", "Action": actions, "Resource": list(resources)}
    name = cloud["jobs"].split("/")[-1]
    return [
        # AWS has no right of its own to a batch; ministack asks for one by its name.
        allow(["sqs:ReceiveMessage", "sqs:DeleteMessage*", "sqs:ChangeMessageVisibility*"],
              f"arn:aws:sqs:{account}:{name}"),
        allow(["sns:Publish*"], cloud["update"], cloud["message"], cloud["alert"]),
        allow(["s3:ListBucket"], f"arn:aws:s3:::{cloud['simulations']}"),
        allow(["s3:GetObject"], f"arn:aws:s3:::{cloud['simulations']}/*"),
        allow(["s3:PutObject"], f"arn:aws:s3:::{cloud['sessions']}/*"),
        allow(["dynamodb:GetItem", "dynamodb:BatchGetItem"], f"arn:aws:dynamodb:{account}:table/{cloud['table']}"),
        allow(["cloudwatch:PutMetricData"], "*")]


def allow_worker(cloud, without=()):
    """Gives the user of the worker's keys the role's permissions, without those of some services."""
    statements = [one for one in worker_statements(cloud) if one["Action"][0].split(":")[0] not in without]
    client("iam").put_user_policy(
        UserName=cloud["table"], PolicyName="worker",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))


def make_worker_keys(cloud):
    """Keys of a user who may do what the deployed worker may."""
    client("iam").create_user(UserName=cloud["table"])
    allow_worker(cloud)
    key = client("iam").create_access_key(UserName=cloud["table"])["AccessKey"]
    return [key["AccessKeyId"], key["SecretAccessKey"]]


def put_simulation(cloud, name, content):
    client("s3").put_object(Bucket=cloud["simulations"], Key=f"{USER}/{name}/session.foqus", Body=content.encode())


def put_script(cloud, name, text, user=USER):
    """A simulation of the tests' application `script`."""
    client("s3").put_object(Bucket=cloud["simulations"], Key=f"{user}/{name}/job.sh", Body=text.encode())


def submit(cloud, simulation, inputs, application="foqus", user=USER):
    """As post-session-append and post-session-start do it."""
    session, created = str(uuid.uuid4()), now()
    jobs = [
        {"Simulation": simulation, "Input": values, "Reset": False, "Initialize": False, "Id": str(uuid.uuid4()),
         **({} if application == "foqus" else {"Application": application})}
        for values in inputs]
    for begin in range(0, len(jobs), 25):
        client("dynamodb").batch_write_item(RequestItems={cloud["table"]: [
            {"PutRequest": {"Item": {
                "Id": {"S": job["Id"]}, "Type": {"S": "Job"}, "State": {"S": "create"}, "Create": {"S": created},
                "SessionId": {"S": session}, "User": {"S": user}, "Initialize": {"BOOL": False},
                "Reset": {"BOOL": False}, "Input": attribute(job["Input"]), "TTL": {"N": str(int(time.time()) + 43200)},
                "Simulation": {"S": simulation}, "Application": {"S": application}}}}
            for job in jobs[begin:begin + 25]]})
    sns = client("sns")
    publish = lambda message, **attributes: sns.publish(
        TopicArn=cloud["update"], Message=message,
        MessageAttributes={key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()})
    publish(f"session.start.{session}", event=f"session.start.{session}", session=session, username=user)
    for job in jobs:
        publish(
            json.dumps({**job, "resource": "job", "status": "submit", "jobid": job["Id"], "sessionid": session,
                        "event": "status"}),
            event="job.submit", session=session, job=job["Id"], username=user, application=application)
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


def waiting(url):
    """How many messages a queue has, hidden ones included."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


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


def finished(cloud, session, user=USER):
    """The finished records of a session, and the keys of its jobs' files."""
    s3, prefix, keys = client("s3"), f"{user}/session/{session}/", []
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
