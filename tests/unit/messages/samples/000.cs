public class BookingCreatedEvent : IEvent
{
    public Guid BookingId { get; set; }
    public Guid CustomerId { get; set; }
    public Guid ServiceId { get; set; }
    public Guid SlotId { get; set; }
    public Guid ProviderId { get; set; }
    public Guid TenantId { get; set; }
    public DateTime BookingDate { get; set; }
    public DateTime SlotStartDateTime { get; set; }
    public DateTime SlotEndDateTime { get; set; }
    public decimal Price { get; set; }
    public string Currency { get; set; } = "USD";
    public string Status { get; set; } = "Pending";
    public DateTime CreatedAt { get; set; }
}
public class BookingConfirmedEvent : IEvent
{
    public Guid BookingId { get; set; }
    public Guid CustomerId { get; set; }
    public Guid ServiceId { get; set; }
    public Guid ProviderId { get; set; }
    public Guid TenantId { get; set; }
    public DateTime BookingDate { get; set; }
    public DateTime SlotStartDateTime { get; set; }
    public DateTime SlotEndDateTime { get; set; }
    public DateTime ConfirmedAt { get; set; }
}
public class BookingCancelledEvent : IEvent
{
    public Guid BookingId { get; set; }
    public Guid CustomerId { get; set; }
    public Guid ServiceId { get; set; }
    public Guid ProviderId { get; set; }
    public Guid TenantId { get; set; }
    public string CancellationReason { get; set; } = string.Empty;
    public bool IsCustomerCancelled { get; set; }
    public decimal RefundAmount { get; set; }
    public DateTime CancelledAt { get; set; }
}
public class BookingRescheduledEvent : IEvent
{
    public Guid BookingId { get; set; }
    public Guid CustomerId { get; set; }
    public Guid ServiceId { get; set; }
    public Guid ProviderId { get; set; }
    public Guid TenantId { get; set; }
    public DateTime OldSlotStartDateTime { get; set; }
    public DateTime OldSlotEndDateTime { get; set; }
    public DateTime NewSlotStartDateTime { get; set; }
    public DateTime NewSlotEndDateTime { get; set; }
    public DateTime RescheduledAt { get; set; }
}
public class BookingReminderEvent : IEvent
{
    public Guid BookingId { get; set; }
    public Guid CustomerId { get; set; }
    public Guid ServiceId { get; set; }
    public Guid ProviderId { get; set; }
    public Guid TenantId { get; set; }
    public DateTime SlotStartDateTime { get; set; }
    public DateTime SlotEndDateTime { get; set; }
    public int ReminderType { get; set; } // 1 = 24 hours, 2 = 1 hour, etc.
    public DateTime ReminderAt { get; set; }
}
public class PaymentProcessedEvent : IEvent
{
    public Guid PaymentId { get; set; }
    public Guid BookingId { get; set; }
    public Guid CustomerId { get; set; }
    public Guid ProviderId { get; set; }
    public Guid TenantId { get; set; }
    public decimal Amount { get; set; }
    public string Currency { get; set; } = "USD";
    public string PaymentMethod { get; set; } = string.Empty;
    public string TransactionId { get; set; } = string.Empty;
    public string PaymentGateway { get; set; } = string.Empty;
    public DateTime ProcessedAt { get; set; }
}
public class PaymentFailedEvent : IEvent
{
    public Guid PaymentId { get; set; }
    public Guid BookingId { get; set; }
    public Guid CustomerId { get; set; }
    public Guid ProviderId { get; set; }
    public Guid TenantId { get; set; }
    public decimal Amount { get; set; }
    public string Currency { get; set; } = "USD";
    public string PaymentMethod { get; set; } = string.Empty;
    public string FailureReason { get; set; } = string.Empty;
    public DateTime FailedAt { get; set; }
}
public class PaymentRefundedEvent : IEvent
{
    public Guid PaymentId { get; set; }
    public Guid BookingId { get; set; }
    public Guid CustomerId { get; set; }
    public Guid ProviderId { get; set; }
    public Guid TenantId { get; set; }
    public decimal RefundAmount { get; set; }
    public string Currency { get; set; } = "USD";
    public string RefundReason { get; set; } = string.Empty;
    public string TransactionId { get; set; } = string.Empty;
    public DateTime RefundedAt { get; set; }
}
public class NotificationSentEvent : IEvent
{
    public Guid NotificationId { get; set; }
    public Guid UserId { get; set; }
    public Guid TenantId { get; set; }
    public string NotificationType { get; set; } = string.Empty;
    public string Channel { get; set; } = string.Empty;
    public string Title { get; set; } = string.Empty;
    public string Message { get; set; } = string.Empty;
    public DateTime SentAt { get; set; }
    public string Provider { get; set; } = string.Empty;
}
public class NotificationFailedEvent : IEvent
{
    public Guid NotificationId { get; set; }
    public Guid UserId { get; set; }
    public Guid TenantId { get; set; }
    public string NotificationType { get; set; } = string.Empty;
    public string Channel { get; set; } = string.Empty;
    public string Title { get; set; } = string.Empty;
    public string Message { get; set; } = string.Empty;
    public string FailureReason { get; set; } = string.Empty;
    public DateTime FailedAt { get; set; }
    public string Provider { get; set; } = string.Empty;
}
